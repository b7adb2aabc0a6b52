package compare

import (
	"regexp"
	"strings"

	"plimsoll.dev/conformance/internal/verdict"
)

// A server sends warnings as texts. Most of them start with the field that
// they speak of; what one says is its own business, as ours is. So of every
// object that both accept, warnings are paired by field first, several at one
// field being one, and those without a field by their number.

// leadingField is a path at a warning's start: words, indices and keys, with a
// dot or an index somewhere.
var leadingField = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z][a-zA-Z0-9]*|\[[^\]]*\])+`)

// warns says whether a finding is what a server would send as a warning.
func (f Finding) warns() bool {
	return f.Severity == "warning" && (f.Rule == "server-warning" || f.Rule == "deprecated-api")
}

// compareWarnings pairs the warnings of an object that both accept.
func (c *comparison) compareWarnings(record *verdict.Record, ours []Finding) {
	taken := make([]bool, len(ours))
	take := func(fits func(Finding) bool) bool {
		for i, finding := range ours {
			if !taken[i] && fits(finding) {
				taken[i] = true
				return true
			}
		}
		return false
	}
	// A server cuts its warnings off at 4 KiB.
	cut := len(strings.Join(record.Warnings, "")) > 3500
	var left []string
	seen := map[string]bool{}
	for _, warning := range record.Warnings {
		field := leadingField.FindString(warning)
		if field != "" && seen[field] {
			continue
		}
		seen[field] = true
		if field == "" || !take(func(f Finding) bool { return f.Path == field || f.ServerPath == field }) {
			left = append(left, warning)
			continue
		}
		c.result.Warnings.add(true)
	}
	for _, warning := range left {
		field := leadingField.FindString(warning)
		found := field == "" && take(func(Finding) bool { return true })
		c.result.Warnings.add(found)
		if !found {
			c.group("warning missed", groupField(kindOf(record), field), shorten(warning, 60), record, "")
		}
	}
	for i, finding := range ours {
		at := finding.ServerPath
		if at == "" {
			at = finding.Path
		}
		if seen[at] || cut {
			c.result.ExtraWarnings.add(false)
			continue
		}
		c.result.ExtraWarnings.add(!taken[i])
		if !taken[i] {
			c.group("warning beyond", groupField(kindOf(record), finding.Path), finding.Rule, record,
				strings.Join(record.Warnings, "; ")+" / "+finding.Message)
		}
	}
}
