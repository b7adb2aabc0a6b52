package compare

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Print writes a result for people: figures, kinds, and the disagreements
// with the most frequent first, of which at most so many lines.
func (r *Result) Print(out io.Writer, groups int) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(format string, args ...any) { fmt.Fprintf(table, format+"\n", args...) }
	line("same verdict\t%d of %d\t%.2f %%", r.Agreed, r.Cases, r.Percent)
	line("refused by the server, caught\t%d of %d\t%.2f %%", r.Caught, r.Refused, percent(r.Caught, r.Refused))
	line("accepted by the server, wrongly refused\t%d of %d\t%.2f %%", r.Wrong, r.Accepted, 100-percent(r.Accepted-r.Wrong, r.Accepted))
	line("missed, but marked as not checked in full\t%d", r.Unchecked)
	line("Invalid: first cause found (field and reason)\t%d of %d\t%.2f %%", r.FirstPath.Count, r.FirstPath.Of, r.FirstPath.Percent())
	line("Invalid: first cause's field found\t%d of %d\t%.2f %%", r.PathOnly.Count, r.PathOnly.Of, r.PathOnly.Percent())
	line("Invalid: errors that the server does not give\t%d of %d\t%.2f %%", r.Extra.Count, r.Extra.Of, 100-percent(r.Extra.Of-r.Extra.Count, r.Extra.Of))
	line("BadRequest: named field found\t%d of %d\t%.2f %%", r.BadField.Count, r.BadField.Of, r.BadField.Percent())
	line("warnings of the server's that are given\t%d of %d\t%.2f %%", r.Warnings.Count, r.Warnings.Of, r.Warnings.Percent())
	line("warnings that the server does not send\t%d of %d\t%.2f %%", r.ExtraWarnings.Count, r.ExtraWarnings.Of, 100-percent(r.ExtraWarnings.Of-r.ExtraWarnings.Count, r.ExtraWarnings.Of))
	line("refused by CEL rules alone, caught (not counted above)\t%d of %d\t%.2f %%", r.CELOnly.Count, r.CELOnly.Of, r.CELOnly.Percent())
	line("not reported by plimsoll\t%d", r.Missing)
	line("of the cluster's state only, not compared\t%d", r.StateOnly)
	_ = table.Flush()
	fmt.Fprintln(out)
	kinds := slices.Clone(r.Kinds)
	slices.SortStableFunc(kinds, func(a, b Kind) int { return (b.Cases - b.Agreed) - (a.Cases - a.Agreed) })
	line("kind\tcases\tagreed\tmissed\twrongly refused")
	for _, kind := range kinds {
		line("%s\t%d\t%.1f %%\t%d\t%d", kind.Kind, kind.Cases, kind.Percent, kind.Missed, kind.Wrong)
	}
	_ = table.Flush()
	if len(r.Groups) > 0 {
		fmt.Fprintln(out, "\ndisagreements, most frequent first")
	}
	for i, group := range r.Groups {
		if i == groups {
			fmt.Fprintf(out, "… and %d more\n", len(r.Groups)-i)
			break
		}
		fmt.Fprintf(out, "%6d  %s: %s %s\n        %s\n", group.Count, group.What, group.Field, group.Reason, group.Example)
		if group.Server != "" {
			fmt.Fprintf(out, "        server: %s\n", group.Server)
		}
		fmt.Fprintf(out, "        ours:   %s\n", group.Ours)
	}
}
