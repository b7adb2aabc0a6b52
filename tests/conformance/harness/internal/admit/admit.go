// Package admit makes objects that admission plugins decide, and reads what the
// server and plimsoll say of them: Pods under the Pod Security Standards, Pods and
// claims under LimitRanges.
package admit

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

type fields = map[string]any

// A Set is what to create for real, and what to judge then.  Both are JSON.
type Set struct {
	Before [][]byte
	Cases  [][]byte
}

func object(apiVersion, kind string, metadata, spec fields) []byte {
	made := fields{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}
	if spec != nil {
		made["spec"] = spec
	}
	text, err := json.Marshal(made)
	if err != nil {
		panic(err) // maps of texts and numbers
	}
	return text
}

func dashed(version string) string { return strings.ReplaceAll(version, ".", "-") }

// sorted drops what is there twice.
func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

var violates = regexp.MustCompile(`(?:violates|would violate) PodSecurity "[^"]*": (.*)`)

// ServerReasons are the names of the checks in a message about Pod Security; none where
// it is about something else.
func ServerReasons(message string) []string {
	match := violates.FindStringSubmatch(message)
	if match == nil {
		return nil
	}
	var reasons []string
	depth, start := 0, 0
	text := match[1]
	add := func(end int) {
		reason, _, _ := strings.Cut(text[start:end], " (")
		reason = strings.TrimSpace(reason)
		if reason == "forbidden AppArmor profiles" {
			reason = "forbidden AppArmor profile"
		}
		reasons = append(reasons, reason)
	}
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			add(i)
			start = i + 1
		}
	}
	add(len(text))
	return sorted(reasons)
}

var ourReason = regexp.MustCompile(`will be refused by Pod Security .*\((.*)\)$`)

// OurReason is the same of a finding of plimsoll's; empty where it refuses nothing.
func OurReason(message string) string {
	if match := ourReason.FindStringSubmatch(message); match != nil {
		return match[1]
	}
	return ""
}

var (
	serverBound = regexp.MustCompile(`(minimum|maximum) (\S+) usage per (\S+) is`)
	serverRatio = regexp.MustCompile(`(\S+) max limit to request ratio per (\S+) is`)
	ourBound    = regexp.MustCompile(`: (\S+) of (container|the Pod|the claim).* (has to be at least|may be at most)`)
	ourRatio    = regexp.MustCompile(`: the (\S+) limit of (container|the Pod).* times its request`)
	types       = map[string]string{"container": "Container", "the Pod": "Pod", "the claim": "PersistentVolumeClaim",
		"has to be at least": "minimum", "may be at most": "maximum"}
)

// ServerBounds are the bounds of a LimitRange that a message names.
func ServerBounds(message string) []string {
	var bounds []string
	for _, m := range serverBound.FindAllStringSubmatch(message, -1) {
		bounds = append(bounds, strings.Join(m[1:], " "))
	}
	for _, m := range serverRatio.FindAllStringSubmatch(message, -1) {
		bounds = append(bounds, "ratio "+strings.TrimPrefix(m[1], "[")+" "+m[2])
	}
	return sorted(bounds)
}

// OurBound is the same of a finding; "above" where a default makes a container invalid.
func OurBound(message string) string {
	if m := ourRatio.FindStringSubmatch(message); m != nil {
		return "ratio " + m[1] + " " + types[m[2]]
	}
	if m := ourBound.FindStringSubmatch(message); m != nil {
		return types[m[3]] + " " + m[1] + " " + types[m[2]]
	}
	return "above"
}
