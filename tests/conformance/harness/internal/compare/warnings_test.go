package compare

import (
	"testing"

	"plimsoll.dev/conformance/internal/verdict"
)

func TestWarnings(t *testing.T) {
	const old = "ports.example.com/v1beta1 Harbour is old, use v1"
	deprecated := func(message string) Finding {
		return Finding{Rule: "custom-resource-deprecated", Severity: "warning", Origin: "server",
			Message: message, Path: "apiVersion"}
	}
	warning := func(path string) Finding {
		return Finding{Rule: "server-warning", Severity: "warning", Origin: "server", Message: "ours", Path: path}
	}
	for _, test := range []struct {
		what                  string
		server                []string
		ours                  []Finding
		given, missed, beyond int
	}{
		{"a definition's own words", []string{old}, []Finding{deprecated(old)}, 1, 0, 0},
		{"a definition's other words", []string{old}, []Finding{deprecated("use v1")}, 0, 1, 1},
		{"not said", []string{old}, nil, 0, 1, 0},
		{"said of a version that is not deprecated", nil, []Finding{deprecated(old)}, 0, 0, 1},
		{"said twice", []string{old}, []Finding{deprecated(old), deprecated(old)}, 1, 0, 1},
		{"words that begin like a field", []string{"spec.size is no more"}, []Finding{deprecated("spec.size is no more")}, 1, 0, 0},
		{"a field", []string{"metadata.finalizers: prefer a domain"}, []Finding{warning("metadata.finalizers")}, 1, 0, 0},
		{"another field", []string{"metadata.finalizers: prefer a domain"}, []Finding{warning("metadata.labels")}, 0, 1, 1},
		{"a field and a definition", []string{"metadata.finalizers: prefer a domain", old},
			[]Finding{deprecated(old), warning("metadata.finalizers")}, 2, 0, 0},
		{"a group before a slash is no field", []string{"policy.example.com/v1 Kind is deprecated"},
			[]Finding{{Rule: "deprecated-api", Severity: "warning", Path: "apiVersion"}}, 1, 0, 0},
	} {
		doc := 0
		report := &Report{Objects: []Object{{File: "a.yaml", Verdict: Accepted}}}
		for _, finding := range test.ours {
			finding.File, finding.Doc = "a.yaml", &doc
			report.Findings = append(report.Findings, finding)
		}
		record := verdict.Record{File: "a.yaml", Stage: verdict.StageServer, Accepted: true, Warnings: test.server}
		result := Compare([]verdict.Record{record}, report)
		given := result.Warnings.Count
		missed := result.Warnings.Of - given
		if given != test.given || missed != test.missed || result.ExtraWarnings.Count != test.beyond {
			t.Errorf("%s: %d given, %d missed, %d beyond; want %d, %d, %d", test.what,
				given, missed, result.ExtraWarnings.Count, test.given, test.missed, test.beyond)
		}
	}
}
