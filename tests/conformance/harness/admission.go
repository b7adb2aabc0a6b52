package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/admit"
	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/compare"
	"plimsoll.dev/conformance/internal/controlplane"
)

// runAdmission holds the rules pod-security and limit-range against a real server, on
// made objects: which checks or bounds refuse each of them.
func runAdmission(args []string) int {
	flags := flag.NewFlagSet("admission", flag.ExitOnError)
	plane := addPlaneFlags(flags)
	binary := flags.String("plimsoll", os.Getenv("PLIMSOLL"), "plimsoll's `binary` (or the variable PLIMSOLL)")
	seed := flags.Uint64("seed", 1, "seed of the cases")
	count := flags.Int("count", 2000, "how many cases of each sort")
	shown := flags.Int("show", 10, "how many disagreements to print")
	_ = flags.Parse(args)
	if *binary == "" {
		return fail(errors.New("-plimsoll is not given"))
	}
	options, err := plane.options()
	if err != nil {
		return fail(err)
	}
	ctx, cancel := interruptible()
	defer cancel()
	running, err := controlplane.Start(ctx, options)
	if err != nil {
		return fail(err)
	}
	defer running.Stop()
	server, err := cluster.Connect(ctx, running.Config())
	if err != nil {
		return fail(err)
	}
	status := 0
	for _, sort := range []struct {
		name string
		set  *admit.Set
		judge
	}{
		{"pod-security", admit.Security(*seed, *count), judgeSecurity},
		{"limit-range", admit.Limits(*seed, *count), judgeLimits},
	} {
		equal, err := sort.judge.hold(ctx, server, *binary, sort.name, sort.set, *shown)
		if err != nil {
			running.Failed()
			return fail(err)
		}
		if !equal {
			status = 1
		}
	}
	return status
}

// judge reads what both say of a case; undecided where the server refused it for
// something else, so that admission was not reached.
type judge func(answer cluster.Answer, findings []compare.Finding) (theirs, ours []string, decided bool)

func (j judge) hold(ctx context.Context, server *cluster.Server, binary, name string, set *admit.Set, shown int) (bool, error) {
	dir, err := os.MkdirTemp("", "plimsoll-admission-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	missing, err := prepare(ctx, server, dir, set.Before)
	if err != nil {
		return false, err
	}
	said, err := check(binary, dir, name, set)
	if err != nil {
		return false, err
	}
	decided, refused, wrong, other := 0, 0, 0, 0
	for i, text := range set.Cases {
		if missing[cluster.Identify(text).Namespace] {
			other++
			continue
		}
		answer, err := server.DryRun(ctx, text)
		if err != nil {
			return false, err
		}
		theirs, ours, ok := j(answer, said[caseFile(i)])
		if !ok {
			other++
			continue
		}
		decided++
		if len(theirs) > 0 {
			refused++
		}
		if slices.Equal(theirs, ours) {
			continue
		}
		if wrong++; wrong <= shown {
			fmt.Printf("%s\n  server:   %s\n  plimsoll: %s\n  %s\n", text, strings.Join(theirs, "; "),
				strings.Join(ours, "; "), answer.Message)
		}
	}
	fmt.Printf("%s: %d of %d equal (%d refused, %d accepted; %d refused for other things)\n", name,
		decided-wrong, decided, refused, decided-refused, other)
	return wrong == 0 && decided > 0, nil
}

func caseFile(i int) string { return fmt.Sprintf("case-%06d.json", i) }

// prepare creates what the cases need, and writes it for plimsoll.  What the server
// refuses is left out, and its namespace is missing.
func prepare(ctx context.Context, server *cluster.Server, dir string, objects [][]byte) (map[string]bool, error) {
	missing := map[string]bool{}
	for i, text := range objects {
		answer, err := server.Create(ctx, text)
		if err != nil {
			return nil, err
		}
		if !answer.Accepted {
			missing[cluster.Identify(text).Namespace] = true
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("before-%06d.json", i)), text, 0o600); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// check runs plimsoll over all files at once and sorts a rule's findings by file.
func check(binary, dir, rule string, set *admit.Set) (map[string][]compare.Finding, error) {
	for i, text := range set.Cases {
		if err := os.WriteFile(filepath.Join(dir, caseFile(i)), text, 0o600); err != nil {
			return nil, err
		}
	}
	plimsoll := &compare.Plimsoll{Binary: binary, Args: []string{"--no-config"}}
	report, err := plimsoll.Check(dir, []string{"."})
	if err != nil {
		return nil, err
	}
	said := map[string][]compare.Finding{}
	for _, finding := range report.Findings {
		if finding.Rule == rule {
			name := filepath.Base(finding.File)
			said[name] = append(said[name], finding)
		}
	}
	return said, nil
}

// judgeSecurity compares the checks.  A Deployment is accepted, and the server warns by
// the same level; its warning does not see that hostNetwork makes ports hostPorts.
func judgeSecurity(answer cluster.Answer, findings []compare.Finding) (theirs, ours []string, decided bool) {
	message := answer.Message
	if answer.Accepted {
		message = strings.Join(answer.Warnings, "\n")
	}
	theirs = admit.ServerReasons(message)
	if !answer.Accepted && theirs == nil {
		return nil, nil, false
	}
	for _, finding := range findings {
		reason := admit.OurReason(finding.Message)
		if reason != "" {
			ours = append(ours, reason)
		}
	}
	slices.Sort(ours)
	ours = slices.Compact(ours)
	if answer.Accepted && hostNetwork(answer.Object) && !slices.Contains(theirs, "hostPort") {
		ours = slices.DeleteFunc(ours, func(reason string) bool { return reason == "hostPort" })
	}
	return theirs, ours, true
}

func hostNetwork(object json.RawMessage) bool {
	var deployment struct {
		Spec struct {
			Template struct{ Spec struct{ HostNetwork bool } }
		}
	}
	return json.Unmarshal(object, &deployment) == nil && deployment.Spec.Template.Spec.HostNetwork
}

// judgeLimits compares the bounds.  Where a default makes a container invalid, the server
// stops before it looks at any bound.
func judgeLimits(answer cluster.Answer, findings []compare.Finding) (theirs, ours []string, decided bool) {
	theirs = admit.ServerBounds(answer.Message)
	for _, finding := range findings {
		ours = append(ours, admit.OurBound(finding.Message))
	}
	slices.Sort(ours)
	ours = slices.Compact(ours)
	above := slices.Contains(ours, "above")
	if !answer.Accepted && answer.Reason == "Invalid" {
		if above {
			return []string{"above"}, []string{"above"}, true
		}
		return nil, nil, false
	}
	return theirs, ours, true
}
