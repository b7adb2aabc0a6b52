// Package choose thins recorded verdicts: of the many cases that a sweep makes,
// it keeps a few for each thing that the server says. It also says which of a
// list of known rules the cases have provoked.
package choose

import (
	"regexp"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/verdict"
)

var (
	brackets = regexp.MustCompile(`\[[^\]]*\]`)
	quoted   = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'")
	// The value that an error begins with: its text is the case's, not the server's.
	value  = regexp.MustCompile(`^(Invalid value|Unsupported value|Duplicate value|Not found): (?:"(?:[^"\\]|\\.)*"|\{.*?\}|\[.*?\]|[^:]*)(?:: |$)`)
	number = regexp.MustCompile(`-?[0-9]+(?:\.[0-9]+)?(?:[eE][0-9]+)?`)
)

// messageShape is a message without what differs from case to case.
func messageShape(message string) string {
	message = value.ReplaceAllString(message, "$1: ")
	message = quoted.ReplaceAllString(message, "Q")
	message = number.ReplaceAllString(message, "N")
	const limit = 120
	if len(message) > limit {
		message = message[:limit]
	}
	return message
}

// Shape is what the server says of a case, less what differs from case to
// case: two cases of one shape show the same rules. What is accepted has the
// change itself as its shape, since the server says nothing of it.
func Shape(record *verdict.Record) string {
	parts := []string{record.APIVersion, record.Kind, record.Stage, record.Reason}
	switch {
	case record.Accepted:
		parts = append(parts, warningShapes(record)...)
		for _, op := range record.Ops {
			parts = append(parts, opShape(op))
		}
	case len(record.Causes) > 0:
		var causes []string
		for _, cause := range record.Causes {
			causes = append(causes, brackets.ReplaceAllString(cause.Field, "[*]")+" "+cause.Reason+" "+messageShape(cause.Message))
		}
		slices.Sort(causes)
		parts = append(parts, slices.Compact(causes)...)
	default:
		parts = append(parts, messageShape(brackets.ReplaceAllString(record.Message, "[*]")))
		if strings.Contains(record.Message, "unknown field") || strings.Contains(record.Message, "duplicate field") {
			parts = append(parts, firstWords(record.Ops))
		}
	}
	return strings.Join(parts, "\x00")
}

func warningShapes(record *verdict.Record) []string {
	var shapes []string
	for _, warning := range record.Warnings {
		shapes = append(shapes, "warning "+messageShape(brackets.ReplaceAllString(warning, "[*]")))
	}
	return shapes
}

// opShape is a change without the values: what was done, and where.
func opShape(op string) string {
	words := strings.SplitN(op, " ", 3)
	if len(words) < 2 {
		return op
	}
	return words[0] + " " + brackets.ReplaceAllString(words[1], "[*]")
}

func firstWords(ops []string) string {
	var words []string
	for _, op := range ops {
		word, _, _ := strings.Cut(op, " ")
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
