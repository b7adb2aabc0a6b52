package compare

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/kubectlread"
	"plimsoll.dev/conformance/internal/verdict"
)

// A Result is the comparison in figures.
type Result struct {
	Cases     int     `json:"cases"`
	Agreed    int     `json:"agreed"`
	Percent   float64 `json:"percent"`
	Refused   int     `json:"refusedByServer"`
	Caught    int     `json:"caught"` // of those, refused by plimsoll
	Accepted  int     `json:"acceptedByServer"`
	Wrong     int     `json:"wronglyRefused"` // of those
	Unchecked int     `json:"unchecked"`      // missed refusals of objects that plimsoll says it has not checked in full
	Missing   int     `json:"missing"`        // objects that plimsoll does not report
	CELOnly   Share   `json:"celOnly"`        // caught, of those refused by CRDs' CEL rules alone; not compared otherwise
	StateOnly int     `json:"stateOnly"`      // refusals that speak of the cluster's state; not compared
	FirstPath Share   `json:"firstCause"`     // Invalid: the server's first cause is among ours, field and reason
	PathOnly  Share   `json:"firstCauseField"`
	Extra     Share   `json:"extraErrors"` // Invalid: our errors that the server does not give
	BadField  Share   `json:"badRequestField"`
	Warnings  Share   `json:"warnings"` // of objects that both accept: the server's warnings that we give
	// ExtraWarnings are those of ours that the server does not send.
	ExtraWarnings Share   `json:"extraWarnings"`
	Kinds         []Kind  `json:"kinds"`
	Groups        []Group `json:"groups"`
}

// A Share is a part of a whole.
type Share struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

func (s *Share) add(yes bool) {
	s.Of++
	if yes {
		s.Count++
	}
}

// Percent of the whole; of nothing, all.
func (s Share) Percent() float64 { return percent(s.Count, s.Of) }

func percent(count, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(count) / float64(of)
}

// A Kind is the agreement on one kind.
type Kind struct {
	Kind    string  `json:"kind"`
	Cases   int     `json:"cases"`
	Agreed  int     `json:"agreed"`
	Percent float64 `json:"percent"`
	Missed  int     `json:"missed"`
	Wrong   int     `json:"wronglyRefused"`
}

// A Group is one way to disagree.
type Group struct {
	What    string `json:"what"` // missed, wrongly refused, unknown kind, missing, field, extra
	Field   string `json:"field"`
	Reason  string `json:"reason,omitempty"`
	Count   int    `json:"count"`
	Example string `json:"example"`
	Server  string `json:"server,omitempty"`
	Ours    string `json:"ours,omitempty"`
}

type place struct {
	file      string
	doc, item int
}

type comparison struct {
	result   Result
	kinds    map[string]*Kind
	groups   map[string]*Group
	objects  map[place]Object
	findings map[place][]Finding
	warnings map[place][]Finding
}

// Compare holds a report against recorded verdicts.
func Compare(records []verdict.Record, report *Report) *Result {
	c := &comparison{
		kinds: map[string]*Kind{}, groups: map[string]*Group{},
		objects: map[place]Object{}, findings: map[place][]Finding{}, warnings: map[place][]Finding{},
	}
	for _, object := range report.Objects {
		c.objects[placeOf(object.File, object.Doc, object.Item)] = object
	}
	for _, finding := range report.Findings {
		if finding.Doc == nil {
			continue
		}
		at := placeOf(finding.File, *finding.Doc, finding.Item)
		if finding.judges() {
			c.findings[at] = append(c.findings[at], finding)
		} else if finding.warns() {
			c.warnings[at] = append(c.warnings[at], finding)
		}
	}
	for i := range records {
		c.add(&records[i])
	}
	return c.finish()
}

func placeOf(file string, doc int, item *int) place {
	at := place{filepath.Clean(file), doc, -1}
	if item != nil {
		at.item = *item
	}
	return at
}

// judges says whether a finding decides the verdict.
func (f Finding) judges() bool {
	return f.Severity == "error" && (f.Origin == "yaml" || f.Origin == "schema" || f.Origin == "server")
}

func (c *comparison) add(record *verdict.Record) {
	if !record.HasVerdict() {
		return
	}
	if record.StateOnly() {
		c.result.StateOnly++
		return
	}
	doc, item := record.Place()
	at := place{filepath.Clean(record.File), doc, item}
	object, reported := c.objects[at]
	if !reported {
		c.result.Missing++
		if record.Stage != kubectlread.StageYAML {
			// What does not parse may be a template, which plimsoll skips.
			c.group("missing", kindOf(record), "", record, "no object reported")
		}
		return
	}
	ours := c.findings[at]
	accepted := object.Verdict == Accepted
	if object.Verdict == UnknownKind && record.Stage == verdict.StageServer {
		c.unknown(record)
		return
	}
	if record.CELOnly {
		c.result.CELOnly.add(!accepted)
		return
	}
	kind := c.kind(kindOf(record))
	kind.Cases++
	c.result.Cases++
	switch {
	case record.Accepted:
		c.result.Accepted++
		if !accepted {
			c.result.Wrong++
			kind.Wrong++
			c.wronglyRefused(record, object, ours)
		}
	default:
		c.result.Refused++
		if accepted {
			kind.Missed++
			c.missed(record, object)
		} else {
			c.result.Caught++
		}
	}
	if accepted == record.Accepted {
		kind.Agreed++
		c.result.Agreed++
	}
	if !record.Accepted {
		c.fields(record, ours, !accepted)
	} else if accepted {
		c.compareWarnings(record, c.warnings[at])
	}
}

// unknown counts an object of a kind that the server has and plimsoll does
// not know: it differs, whatever the server says.
func (c *comparison) unknown(record *verdict.Record) {
	kind := c.kind(kindOf(record))
	kind.Cases++
	c.result.Cases++
	if record.Accepted {
		c.result.Accepted++
		c.result.Wrong++
		kind.Wrong++
	} else {
		c.result.Refused++
		kind.Missed++
	}
	c.group("unknown kind", kindOf(record), "", record, UnknownKind)
}

func kindOf(record *verdict.Record) string {
	switch {
	case record.Kind == "":
		return "(not readable)"
	case record.Stage == verdict.StageNoMatch:
		return "(no such kind)"
	}
	return record.Kind
}

func (c *comparison) kind(name string) *Kind {
	if c.kinds[name] == nil {
		c.kinds[name] = &Kind{Kind: name}
	}
	return c.kinds[name]
}

func (c *comparison) missed(record *verdict.Record, object Object) {
	if len(object.Unchecked) > 0 {
		c.result.Unchecked++
	}
	field, reason := firstComplaint(record)
	c.group("missed", groupField(kindOf(record), field), reason, record, "accepted")
}

// firstComplaint is what the server says first: field and reason.
func firstComplaint(record *verdict.Record) (field, reason string) {
	if len(record.Causes) > 0 {
		first := firstCause(record)
		return first.Field, first.Reason
	}
	if fields := badRequestFields(record.Message); len(fields) > 0 {
		return fields[0], record.Reason
	}
	if record.Stage != verdict.StageServer {
		return "(" + record.Stage + ")", ""
	}
	return "(" + shorten(record.Message, 80) + ")", record.Reason
}

// firstCause passes over what the server says of its own work (for custom
// resources, that CEL rules were not evaluated) and of expressions in CEL.
func firstCause(record *verdict.Record) cluster.Cause {
	for _, cause := range record.Causes {
		if cause.Field != "<nil>" && !verdict.OfCEL(cause) {
			return cause
		}
	}
	return record.Causes[0]
}

func (c *comparison) wronglyRefused(record *verdict.Record, object Object, ours []Finding) {
	field, reason, what := "("+object.Verdict+")", "", object.Verdict
	if len(ours) > 0 {
		field, reason = groupField(kindOf(record), ours[0].Path), ours[0].Rule
		what = ours[0].Path + ": " + ours[0].Message
	}
	c.group("wrongly refused", field, reason, record, what)
}

// fields compares where the server refuses. A refusal that is missed counts
// here too, but is listed as missed.
func (c *comparison) fields(record *verdict.Record, ours []Finding, refused bool) {
	switch {
	case record.Reason == "Invalid" && len(record.Causes) > 0 && !record.IsCRD():
		c.invalidFields(record, ours, refused)
	case record.Reason == "BadRequest":
		named := badRequestFields(record.Message)
		if len(named) == 0 {
			return
		}
		found := slices.ContainsFunc(ours, func(f Finding) bool {
			return sameField(named[0], f.Path) || f.ServerPath != "" && sameField(named[0], f.ServerPath)
		})
		c.result.BadField.add(found)
		if !found && refused {
			c.group("field", groupField(kindOf(record), named[0]), "BadRequest", record, describe(ours))
		}
	}
}

func (c *comparison) invalidFields(record *verdict.Record, ours []Finding, refused bool) {
	first := firstCause(record)
	at := func(f Finding, field string) bool {
		return f.Path == field || f.ServerPath != "" && f.ServerPath == field
	}
	sameFieldFound := slices.ContainsFunc(ours, func(f Finding) bool { return at(f, first.Field) })
	found := slices.ContainsFunc(ours, func(f Finding) bool { return at(f, first.Field) && f.Reason == first.Reason })
	c.result.PathOnly.add(sameFieldFound)
	c.result.FirstPath.add(found)
	if !found && refused {
		c.group("field", groupField(kindOf(record), first.Field), first.Reason, record, describe(ours))
	}
	for _, finding := range ours {
		if finding.Later {
			continue
		}
		extra := true
		for _, cause := range record.Causes {
			extra = extra && !(at(finding, cause.Field) && finding.Reason == cause.Reason)
		}
		c.result.Extra.add(extra)
		if extra {
			c.group("extra", groupField(kindOf(record), finding.Path), finding.Rule, record, finding.Path+": "+finding.Message)
		}
	}
}

func describe(findings []Finding) string {
	var parts []string
	for _, finding := range findings {
		parts = append(parts, fmt.Sprintf("%s %s", finding.Path, finding.Reason))
	}
	return shorten(strings.Join(parts, "; "), 200)
}

func (c *comparison) group(what, field, reason string, record *verdict.Record, ours string) {
	key := strings.Join([]string{what, field, reason}, "\x00")
	if c.groups[key] == nil {
		c.groups[key] = &Group{
			What: what, Field: field, Reason: reason, Ours: shorten(ours, 200),
			Example: fmt.Sprintf("%s#%d", record.File, record.Doc), Server: shorten(record.Message, 300),
		}
	}
	c.groups[key].Count++
}

func shorten(text string, limit int) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

func (c *comparison) finish() *Result {
	r := &c.result
	r.Percent = percent(r.Agreed, r.Cases)
	for _, kind := range c.kinds {
		kind.Percent = percent(kind.Agreed, kind.Cases)
		r.Kinds = append(r.Kinds, *kind)
	}
	slices.SortFunc(r.Kinds, func(a, b Kind) int { return strings.Compare(a.Kind, b.Kind) })
	for _, group := range c.groups {
		r.Groups = append(r.Groups, *group)
	}
	slices.SortFunc(r.Groups, func(a, b Group) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.What+a.Field+a.Reason, b.What+b.Field+b.Reason)
	})
	return r
}
