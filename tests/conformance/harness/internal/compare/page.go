package compare

import (
	"fmt"
	"slices"
	"strings"
)

// A Page is the documentation of a run's figures.
type Page struct {
	Date, Kubernetes, Plimsoll string
	Seed                       uint64
	Sections                   []Section
}

// A Section is one comparison.
type Section struct {
	Name   string
	Result Result
}

// Markdown writes the page.
func (p *Page) Markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Conformance results\n\nWritten by `make conformance` on %s: %s against kube-apiserver %s, seed %d.\n", p.Date, p.Plimsoll, p.Kubernetes, p.Seed)
	out.WriteString("[conformance.md](conformance.md) says what is measured and how.\n\n")
	out.WriteString("| cases | compared | same verdict | refused: caught | accepted: wrongly refused | first cause: field and reason | errors beyond the server's | BadRequest: field | CEL alone: caught | not reported |\n")
	out.WriteString("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, section := range p.Sections {
		r := &section.Result
		fmt.Fprintf(&out, "| %s | %d | %.2f %% | %s | %s | %s | %s | %s | %s | %d |\n", section.Name, r.Cases, r.Percent,
			share(r.Caught, r.Refused), share(r.Wrong, r.Accepted), share(r.FirstPath.Count, r.FirstPath.Of),
			share(r.Extra.Count, r.Extra.Of), share(r.BadField.Count, r.BadField.Of), share(r.CELOnly.Count, r.CELOnly.Of), r.Missing)
	}
	for _, section := range p.Sections {
		section.write(&out)
	}
	return out.String()
}

// share writes a part of a whole with its percentage.
func share(count, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d of %d (%.1f %%)", count, of, 100*float64(count)/float64(of))
}

// write lists the kinds that are not yet in agreement and the most frequent
// disagreements.
func (s *Section) write(out *strings.Builder) {
	const most, groups = 15, 15
	r := &s.Result
	if r.Agreed == r.Cases && len(r.Groups) == 0 {
		return
	}
	fmt.Fprintf(out, "\n## %s\n\n", s.Name)
	kinds := slices.DeleteFunc(slices.Clone(r.Kinds), func(k Kind) bool { return k.Agreed == k.Cases })
	slices.SortStableFunc(kinds, func(a, b Kind) int { return (b.Cases - b.Agreed) - (a.Cases - a.Agreed) })
	fmt.Fprintf(out, "%d of %d kinds agree in every case.\n", len(r.Kinds)-len(kinds), len(r.Kinds))
	if len(kinds) > 0 {
		out.WriteString("\n| kind | cases | same verdict | missed | wrongly refused |\n|---|---:|---:|---:|---:|\n")
	}
	for i, k := range kinds {
		if i == most {
			fmt.Fprintf(out, "| … and %d more | | | | |\n", len(kinds)-i)
			break
		}
		fmt.Fprintf(out, "| %s | %d | %.1f %% | %d | %d |\n", k.Kind, k.Cases, k.Percent, k.Missed, k.Wrong)
	}
	if len(r.Groups) > 0 {
		out.WriteString("\n| count | disagreement | field | reason |\n|---:|---|---|---|\n")
	}
	for _, g := range r.Groups[:min(groups, len(r.Groups))] {
		fmt.Fprintf(out, "| %d | %s | %s | %s |\n", g.Count, g.What, cell(g.Field), cell(g.Reason))
	}
}

// cell makes a text fit for a table's cell.
func cell(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.NewReplacer("|", "\\|", "`", "'", "\n", " ").Replace(text) + "`"
}
