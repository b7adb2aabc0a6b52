package creates

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/compare"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// A Set is a stream of objects that are created in its order, and what the
// server said to each.
type Set struct {
	Name    string   `json:"name"`
	Text    string   `json:"text"`
	Answers []Answer `json:"answers,omitempty"`
}

// An Answer is the server's word on one document.
type Answer struct {
	Doc      int             `json:"doc"`
	Accepted bool            `json:"accepted"`
	Reason   string          `json:"reason,omitempty"`
	Message  string          `json:"message,omitempty"`
	Causes   []cluster.Cause `json:"causes,omitempty"`
}

// Create creates the objects of a set for real, notes the answers, and takes
// away what was made, so that the next set finds the cluster as this one did.
func Create(ctx context.Context, server *cluster.Server, set *Set) error {
	var made [][]byte
	set.Answers = nil
	for _, row := range kubectlread.Read([]byte(set.Text)) {
		if row.Stage != kubectlread.StageOK {
			return fmt.Errorf("%s#%d: %s", set.Name, row.Doc, row.Message)
		}
		object, err := placed(row.Input)
		if err != nil {
			return err
		}
		answer, err := server.Create(ctx, object)
		if err != nil {
			return err
		}
		if answer.Accepted {
			made = append(made, object)
		}
		set.Answers = append(set.Answers, Answer{row.Doc, answer.Accepted, answer.Reason, answer.Message, answer.Causes})
	}
	for _, object := range made {
		if answer, err := server.Delete(ctx, object); err != nil || !answer.Accepted {
			return fmt.Errorf("%s: delete: %s %w", set.Name, answer.Message, err)
		}
	}
	return nil
}

// placed gives an object that names none the first namespace.
func placed(input []byte) ([]byte, error) {
	if cluster.Identify(input).Namespace != "" {
		return input, nil
	}
	var object map[string]any
	if err := json.Unmarshal(input, &object); err != nil {
		return nil, err
	}
	object["metadata"].(map[string]any)["namespace"] = Namespaces[0]
	return json.Marshal(object)
}

const reference = "serviceClusterIPRange: 10.96.0.0/12\nserviceNodePortRange: 30000-32767\n"

// Tally counts what was compared.
type Tally struct {
	Objects, SameVerdict int // a word on each object
	Refused, SamePath    int // of refusals with causes: the first is among plimsoll's errors
}

// Compare asks plimsoll about a set, and says where its word differs.
func Compare(plimsoll *compare.Plimsoll, set *Set, tally *Tally) ([]string, error) {
	folder, err := os.MkdirTemp("", "plimsoll-creates-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := os.WriteFile(filepath.Join(folder, "set.yaml"), []byte(set.Text), 0o600); err != nil {
		return nil, err
	}
	// The server that answered is known, so plimsoll need not guess.
	if err := os.WriteFile(filepath.Join(folder, ".plimsoll.yaml"), []byte(reference), 0o600); err != nil {
		return nil, err
	}
	report, err := plimsoll.Check(folder, []string{"set.yaml"})
	if err != nil {
		return nil, err
	}
	var all []string
	for _, answer := range set.Answers {
		errors := slices.DeleteFunc(slices.Clone(report.Findings), func(f compare.Finding) bool {
			return f.Severity != "error" || f.Doc == nil || *f.Doc != answer.Doc
		})
		tally.Objects++
		if answer.Accepted == (len(errors) == 0) {
			tally.SameVerdict++
		} else {
			all = append(all, fmt.Sprintf("%s#%d: the server: accepted=%v %s; plimsoll: %s", set.Name, answer.Doc, answer.Accepted, answer.Message, texts(errors)))
			continue
		}
		// An internal error has a cause without a field; and where one object is
		// defined twice, that is the mistake, whatever the server stumbles over first.
		if answer.Accepted || len(answer.Causes) == 0 || answer.Causes[0].Field == "" ||
			slices.ContainsFunc(errors, func(f compare.Finding) bool { return f.Rule == "duplicate-object" }) {
			continue
		}
		tally.Refused++
		first := answer.Causes[0]
		if slices.ContainsFunc(errors, func(f compare.Finding) bool {
			return (f.Path == first.Field || f.ServerPath == first.Field) && f.Reason == first.Reason
		}) {
			tally.SamePath++
		} else {
			all = append(all, fmt.Sprintf("%s#%d: the server: %s %s; plimsoll: %s", set.Name, answer.Doc, first.Field, first.Message, texts(errors)))
		}
	}
	return all, nil
}

func texts(findings []compare.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Rule+" at "+f.Path+" "+f.ServerPath+" "+f.Reason+": "+f.Message)
	}
	return all
}
