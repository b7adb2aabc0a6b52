package verdict

import (
	"regexp"
	"slices"

	"plimsoll.dev/conformance/internal/cluster"
)

// What the server says of an expression in CEL that it cannot compile, that
// gives another type than is asked for, or that may take too long.
var celComplaint = regexp.MustCompile(`compilation failed|must evaluate to|exceeds cost limit|estimated (?:rule|messageExpression) cost|contributed to estimated`)

// OfCEL says whether a cause speaks of an expression in CEL.
func OfCEL(cause cluster.Cause) bool { return celComplaint.MatchString(cause.Message) }

// markCEL marks a refusal that has no other causes than expressions in CEL.
func (r *Record) markCEL() {
	if !r.Accepted && len(r.Causes) > 0 {
		r.CELOnly = !slices.ContainsFunc(r.Causes, func(cause cluster.Cause) bool { return !OfCEL(cause) })
	}
}
