package compare

import (
	"regexp"
	"strings"

	"plimsoll.dev/conformance/internal/verdict"
)

// A server sends warnings as texts. Most of them start with the field that
// they speak of; what one says is its own business, as ours is. So of every
// object that both accept, those of a definition are paired by their text, which
// the definition or its names decide alone; then all others by field, several at
// one field being one, and those without a field by their number.

// leadingField is a path at a warning's start: words, indices and keys, with a
// dot or an index somewhere. An API group before a slash, as in a deprecation's
// "policy.example.com/v1 Kind is …", is none.
var leadingField = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z][a-zA-Z0-9]*|\[[^\]]*\])+(?:[: ]|$)`)

// ofDefinition is the rule whose findings are warnings that a definition of
// custom resources gives.
const ofDefinition = "custom-resource-deprecated"

// warns says whether a finding is what a server would send as a warning.
func (f Finding) warns() bool {
	return f.Severity == "warning" &&
		(f.Rule == "server-warning" || f.Rule == "deprecated-api" || f.Rule == ofDefinition)
}

// warnedField is the field that a warning speaks of, or "".
func warnedField(warning string) string {
	return strings.TrimRight(leadingField.FindString(warning), ": ")
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
		if take(func(f Finding) bool { return f.Rule == ofDefinition && f.Message == warning }) {
			c.result.Warnings.add(true)
			continue
		}
		field := warnedField(warning)
		if field != "" && seen[field] {
			continue
		}
		seen[field] = field != ""
		if field == "" || !take(func(f Finding) bool { return f.Path == field || f.ServerPath == field }) {
			left = append(left, warning)
			continue
		}
		c.result.Warnings.add(true)
	}
	for _, warning := range left {
		field := warnedField(warning)
		found := field == "" && take(func(f Finding) bool { return f.Rule != ofDefinition })
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
