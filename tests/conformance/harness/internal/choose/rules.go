package choose

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"

	"plimsoll.dev/conformance/internal/verdict"
)

// A Rule is something that a server was seen to refuse: at a field of a kind,
// for a reason.
type Rule struct {
	Kind, Field, Reason string
	Sample              string
	Seen                int
}

// The short names of reasons in a table of rules.
var reasons = map[string]string{
	"dup": "FieldValueDuplicate", "enum": "FieldValueNotSupported", "forbidden": "FieldValueForbidden",
	"invalid": "FieldValueInvalid", "notfound": "FieldValueNotFound", "required": "FieldValueRequired",
	"toolong": "FieldValueTooLong", "toomany": "FieldValueTooMany", "type": "FieldValueTypeInvalid",
}

// ReadRules reads a table with the columns kind, field, type and, last, a
// sample of what the server says, separated by tabs, under a head line.
func ReadRules(name string) ([]Rule, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rules []Rule
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // the head
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) < 3 {
			return nil, fmt.Errorf("%s: %q has too few columns", name, lines.Text())
		}
		reason, known := reasons[columns[2]]
		if !known {
			return nil, fmt.Errorf("%s: unknown type %q", name, columns[2])
		}
		rules = append(rules, Rule{Kind: columns[0], Field: fieldShape(columns[1]), Reason: reason, Sample: columns[len(columns)-1]})
	}
	return rules, lines.Err()
}

// A field within a CRD's schema, which tables of rules cut short.
var schemaPath = regexp.MustCompile(`(openAPIV3Schema)(?:\.(?:(?:properties|allOf|anyOf|oneOf)\[\*\]|items|additionalProperties|not))+`)

// fieldShape is a field without indices and keys; all fields of a CRD's schema
// below the top are one.
func fieldShape(field string) string {
	return schemaPath.ReplaceAllString(brackets.ReplaceAllString(field, "[*]"), "$1.~")
}

// A Coverage counts how often each rule shows among verdicts, and what shows
// that no rule names.
type Coverage struct {
	rules  []Rule
	byName map[string]int
	others map[string]int
}

// NewCoverage begins to count.
func NewCoverage(rules []Rule) *Coverage {
	c := &Coverage{rules: rules, byName: map[string]int{}, others: map[string]int{}}
	for i, rule := range rules {
		c.byName[rule.Kind+"\x00"+rule.Field+"\x00"+rule.Reason] = i
	}
	return c
}

// Add counts the causes of a verdict.
func (c *Coverage) Add(record *verdict.Record) {
	if record.Reason != "Invalid" {
		return
	}
	for _, cause := range record.Causes {
		name := record.Kind + "\x00" + fieldShape(cause.Field) + "\x00" + cause.Reason
		if at, known := c.byName[name]; known {
			c.rules[at].Seen++
		} else {
			c.others[name]++
		}
	}
}

// Seen is how many rules were seen, and how many there are.
func (c *Coverage) Seen() (seen, all int) {
	for _, rule := range c.rules {
		if rule.Seen > 0 {
			seen++
		}
	}
	return seen, len(c.rules)
}

// Print writes the figures, then the rules that were not seen.
func (c *Coverage) Print(out io.Writer) {
	seen, all := c.Seen()
	fmt.Fprintf(out, "%d of %d rules seen, and %d more that the table does not name\n", seen, all, len(c.others))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, rule := range c.rules {
		if rule.Seen == 0 {
			fmt.Fprintf(table, "not seen\t%s\t%s\t%s\t%s\n", rule.Kind, rule.Field, strings.TrimPrefix(rule.Reason, "FieldValue"), rule.Sample)
		}
	}
	_ = table.Flush()
}
