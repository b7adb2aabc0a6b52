package mutate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// A sweep makes every change of a list of changes at every place of every good
// manifest, one at a time. Where Case draws at random, so that frequent
// mistakes come up often, a sweep leaves nothing out: it is what finds the
// server's rare rules. It makes far more cases than are worth keeping; thin
// chooses among them by what the server says.

// An edit is one change at one place: what it is called, and how to make it.
type edit struct {
	name  string
	path  string
	note  string
	apply func()
}

// donors are the values that good manifests have for a field, by the type that
// holds it.
type donors map[*Schema]map[string][]any

// donorLimit is how many different values of one field are kept.
const donorLimit = 4

// sameEdits is how often one edit at one field is made over all manifests of a
// kind: the manifests differ, and with them what an edit shows, but not so much
// that each needs them all.
const sameEdits = 2

// Sweep makes all cases and hands each to yield.
func (g *Generator) Sweep(yield func(Case) error) error {
	pool := g.collectDonors()
	done := map[string]int{}
	for number, from := range g.all {
		if err := g.sweepDocument(number, from, pool, done, yield); err != nil {
			return err
		}
	}
	return nil
}

func (g *Generator) schemaOf(d *document) *Schema {
	return g.types.For(fmt.Sprint(d.tree["apiVersion"]), fmt.Sprint(d.tree["kind"]))
}

// sweepDocument lists the edits of one manifest, and makes one after the other
// on the same tree, which it puts right again after each.
func (g *Generator) sweepDocument(number int, from *document, pool donors, done map[string]int, yield func(Case) error) error {
	root := clone(from.tree).(object)
	s := sweeper{root: root, pool: pool, random: rand.New(rand.NewPCG(g.seed, uint64(number)))}
	s.document(g.schemaOf(from))
	if !slices.ContainsFunc(g.all[:number], func(d *document) bool { return d.kind == from.kind }) {
		s.metadata()
	}
	// Places that listing has added (an empty metadata) count as there.
	restore := remember(root)
	for i, chosen := range s.edits {
		name := strings.Join([]string{from.kind, chosen.name, anyIndex.ReplaceAllString(chosen.path, "[]"), chosen.note}, "\x00")
		if done[name]++; done[name] > sameEdits {
			continue
		}
		chosen.apply()
		var out bytes.Buffer
		writeJSON(&out, root)
		restore()
		c := Case{
			ID:     fmt.Sprintf("%s-sweep%03d-%05d.json", strings.ToLower(fmt.Sprint(from.tree["kind"])), number, i),
			Text:   out.String(),
			Source: from.name,
			Ops:    []string{strings.TrimSpace(chosen.name + " " + chosen.path + " " + chosen.note)},
		}
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

var anyIndex = regexp.MustCompile(`\[[0-9]+\]`)

// remember gives a function that puts every object and list of a tree back as
// it is now. The objects and lists stay the same ones, because edits know their
// places by them.
func remember(value any) func() {
	var restore []func()
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case object:
			was := maps.Clone(value)
			restore = append(restore, func() {
				clear(value)
				maps.Copy(value, was)
			})
			for _, child := range was {
				walk(child)
			}
		case *list:
			was := slices.Clone(value.items)
			restore = append(restore, func() { value.items = slices.Clone(was) })
			for _, child := range was {
				walk(child)
			}
		}
	}
	walk(value)
	return func() {
		for _, put := range restore {
			put()
		}
	}
}

func (g *Generator) collectDonors() donors {
	pool := donors{}
	for _, d := range g.all {
		walkTyped(d.tree, g.schemaOf(d), func(o object, schema *Schema) {
			for _, key := range sortedKeys(o) {
				if pool[schema] == nil {
					pool[schema] = map[string][]any{}
				}
				values := pool[schema][key]
				same := func(other any) bool { return brief(other) == brief(o[key]) }
				if len(values) < donorLimit && !slices.ContainsFunc(values, same) {
					pool[schema][key] = append(values, clone(o[key]))
				}
			}
		})
	}
	return pool
}

// walkTyped visits every object whose type is known.
func walkTyped(value any, schema *Schema, visit func(object, *Schema)) {
	schema = schema.resolve()
	if schema == nil {
		return
	}
	switch value := value.(type) {
	case object:
		if len(schema.Properties) > 0 {
			visit(value, schema)
		}
		for _, key := range sortedKeys(value) {
			walkTyped(value[key], schema.property(key), visit)
		}
	case *list:
		for _, child := range value.items {
			walkTyped(child, schema.items(), visit)
		}
	}
}

// A sweeper lists the edits of one tree.
type sweeper struct {
	root   object
	pool   donors
	random *rand.Rand
	edits  []edit
}

func (s *sweeper) add(name, path, note string, apply func()) {
	s.edits = append(s.edits, edit{name, path, note, apply})
}

func (s *sweeper) document(schema *Schema) {
	s.add("as-it-is", "", "", func() {})
	s.fields(s.root, schema, "")
	for _, at := range slots(s.root, schema) {
		if at.depth == 0 && (at.key == "apiVersion" || at.key == "kind") {
			continue
		}
		s.place(at)
	}
}

// noteOf describes a value so that another is described differently: where
// only the start is shown, the length tells them apart.
func noteOf(value any) string {
	note := brief(value)
	if !strings.HasSuffix(note, "…") {
		return note
	}
	var whole bytes.Buffer
	writeJSON(&whole, value)
	return fmt.Sprintf("%s (%d bytes)", note, whole.Len())
}

// set lists replacing a value.
func (s *sweeper) set(name string, at slot, value any) {
	s.add(name, at.path, "= "+noteOf(value), func() { at.set(clone(value)) })
}

// place lists the edits of one field or item.
func (s *sweeper) place(at slot) {
	s.add("delete", at.path, "", at.remove)
	s.set("null", at, nil)
	if parent, ok := at.parent.(object); ok {
		s.add("rename", at.path, "", func() {
			value := at.get()
			at.remove()
			parent[at.key+"x"] = value
		})
		s.add("double-key", at.path, "", func() { parent[at.key+again] = clone(at.get()) })
	}
	for _, other := range []any{"text", json.Number("7"), json.Number("1.5"), true, object{"a": "b"}, &list{items: []any{"a"}}} {
		if kindOfValue(other) != kindOfValue(at.get()) || other == json.Number("1.5") {
			s.set("retype", at, other)
		}
	}
	switch value := at.get().(type) {
	case string:
		s.text(at, value)
	case json.Number:
		s.number(at, value)
	case bool:
		s.set("flip", at, !value)
	case object:
		s.set("empty", at, object{})
		s.fields(value, at.schema, at.path)
	case *list:
		s.set("empty", at, &list{})
		s.items(at, value)
	}
}

func kindOfValue(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "bool"
	case object:
		return "object"
	case *list:
		return "list"
	}
	return "null"
}

func (s *sweeper) number(at slot, value json.Number) {
	for _, odd := range oddNumbers {
		if odd != value {
			s.set("range", at, odd)
		}
	}
	if at.schema != nil && at.schema.isIntOrString() {
		for _, odd := range sweepPercents {
			s.set("format", at, odd)
		}
	}
}

// text lists odd texts: those that may fit the field by its name, those that
// sit at the limits of every kind of name, and small changes of what is there.
func (s *sweeper) text(at slot, value string) {
	seen := map[string]bool{value: true}
	put := func(name, odd string) {
		if !seen[odd] {
			seen[odd] = true
			s.set(name, at, odd)
		}
	}
	put("empty", "")
	put("enum-case", strings.ToLower(value))
	put("enum-case", strings.ToUpper(value))
	for _, tail := range []string{" ", "\n", ".", "-", "_", "/", ":", "é", "A", "%", "\x00"} {
		put("format", value+tail)
	}
	for _, head := range []string{" ", ".", "-", "/", "_", "A", "9"} {
		put("format", head+value)
	}
	for _, odd := range sweepNames {
		put("name", odd)
	}
	if slices.Contains([]string{"data", "stringData", "trustBundle", "message", "succeededIndexes"}, at.key) || strings.HasPrefix(at.path, "data") || strings.HasPrefix(at.path, "stringData") {
		put("long", value+strings.Repeat(value[:min(1, len(value))], 65537))
		put("long", strings.Repeat("YWFh", (1<<20)/4+1)) // base64 as well as text
	}
	lower := strings.ToLower(at.key + lastKey(at.path, 0))
	for _, guess := range sweepGuesses {
		if strings.Contains(lower, guess.part) {
			for _, odd := range guess.values {
				put("format", odd)
			}
		}
	}
	if at.schema != nil {
		switch {
		case at.schema.Format == "date-time":
			for _, odd := range oddTimes {
				put("format", odd)
			}
		case at.schema.Format == "byte":
			for _, odd := range oddBytes {
				put("format", odd)
			}
		case at.schema.isIntOrString():
			for _, odd := range sweepPercents {
				put("format", odd)
			}
			for _, odd := range []json.Number{"0", "-1", "65536", "1.5"} {
				s.set("range", at, odd)
			}
		}
	}
	if strings.HasSuffix(at.schemaRef(), "resource.Quantity") {
		for _, odd := range oddQuantities {
			put("quantity", odd)
		}
		for _, odd := range []json.Number{"0", "-1", "1.5", "5"} {
			s.set("quantity", at, odd)
		}
	}
}

// sizes are list lengths just beyond the limits that Kubernetes has; the long
// ones only where items are small.
var sizes = []int{2, 3, 4, 5, 9, 17, 21, 33, 65, 101, 129, 257}

var longSizes = map[string]int{"endpoints": 1001, "ports": 20001} // by path: an EndpointSlice's

func (s *sweeper) items(at slot, l *list) {
	grow := func(name string, item any) {
		s.add(name, at.path, "+ "+noteOf(item), func() {
			into := at.get().(*list)
			into.items = append(into.items, clone(item))
		})
	}
	for _, item := range []any{nil, object{}, ""} {
		grow("append", item)
	}
	if len(l.items) == 0 {
		return
	}
	for _, item := range l.items {
		grow("double-item", item)
		if o, ok := item.(object); ok {
			for _, key := range sortedKeys(o) {
				changed := clone(o).(object)
				changed[key] = near(s.random, changed[key])
				grow("double-item-near", changed)
				lacking := clone(o).(object)
				delete(lacking, key)
				grow("double-item-without", lacking)
			}
		}
	}
	if len(l.items) > 1 {
		s.add("reverse", at.path, "", func() { slices.Reverse(at.get().(*list).items) })
	}
	for _, size := range append(sizes, longSizes[at.path]) {
		if size > len(l.items) {
			s.add("many", at.path, fmt.Sprint(size), func() { lengthen(at.get().(*list), size) })
		}
	}
}

// lengthen repeats the last item under other names.
func lengthen(l *list, size int) {
	last := l.items[len(l.items)-1]
	for i := len(l.items); i < size; i++ {
		l.items = append(l.items, distinctDeep(clone(last), i))
	}
}

// distinctDeep changes what may have to be unique in an item: its own texts,
// and its ports.
func distinctDeep(item any, i int) any {
	switch item := item.(type) {
	case string:
		return fmt.Sprintf("%s-%d", strings.TrimRight(item, "-"), i)
	case object:
		for _, key := range []string{"name", "key", "ip", "mountPath", "devicePath", "path", "containerPort", "port", "host", "jsonPath"} {
			switch value := item[key].(type) {
			case string:
				item[key] = fmt.Sprintf("%s-%d", strings.TrimRight(value, "-"), i)
			case json.Number:
				if number, err := value.Int64(); err == nil {
					item[key] = json.Number(fmt.Sprint(number + int64(i)))
				}
			}
		}
	}
	return item
}

// fields lists what can be added to an object: every field that its type has
// and it lacks, an unknown one, and, for a map, odd keys and many of them.
func (s *sweeper) fields(o object, schema *Schema, path string) {
	schema = schema.resolve()
	if schema == nil {
		return
	}
	put := func(name, key string, value any) {
		s.add(name, childPath(path, key), "= "+noteOf(value), func() { o[key] = clone(value) })
	}
	if len(schema.Properties) > 0 {
		put("unknown", "unknown", "x")
	}
	for _, key := range sortedProperties(schema) {
		_, has := o[key]
		if path == "" && (key == "status" || has && (key == "apiVersion" || key == "kind")) {
			continue
		}
		for _, value := range s.pool[schema][key] {
			if !has || brief(value) != brief(o[key]) {
				put(map[bool]string{false: "insert", true: "replace"}[has], key, value)
			}
		}
		if !has {
			for _, value := range s.made(schema.property(key), key) {
				put("insert", key, value)
			}
		}
	}
	if schema.Additional.schema != nil {
		s.mapEntries(o, schema, put, path)
	}
}

func (s *sweeper) mapEntries(o object, schema *Schema, put func(name, key string, value any), path string) {
	var sample any = "x"
	if keys := sortedKeys(o); len(keys) > 0 {
		sample = o[keys[0]]
	} else if made := s.made(schema.Additional.schema.resolve(), "value"); len(made) > 0 {
		sample = made[0]
	}
	for _, key := range sweepNames {
		if _, has := o[key]; !has {
			put("key", key, sample)
		}
	}
	for _, key := range sweepResources {
		if _, has := o[key]; !has && strings.HasSuffix(schema.Additional.schema.Ref, "resource.Quantity") {
			put("key", key, sample)
		}
	}
	put("key", "", sample)
	if _, isText := sample.(string); isText {
		put("long", "a", strings.Repeat("x", 1<<18+1))
	}
	for _, size := range []int{9, 17, 33, 65, 513} {
		s.add("many", path, fmt.Sprint(size), func() {
			for i := range size {
				o[fmt.Sprintf("key-%d", i)] = clone(sample)
			}
		})
	}
}

// made are plausible values of a field that no good manifest has set.
func (s *sweeper) made(schema *Schema, key string) []any {
	var values []any
	add := func(value any) {
		if !slices.ContainsFunc(values, func(other any) bool { return brief(other) == brief(value) }) {
			values = append(values, value)
		}
	}
	switch schema = schema.resolve(); {
	case schema == nil:
		return nil
	case schema.isIntOrString():
		return []any{json.Number("1"), "25%", "http", json.Number("-1")}
	case schema.Type == "integer", schema.Type == "number":
		return []any{json.Number("0"), json.Number("1"), json.Number("-1"), json.Number("70000")}
	case schema.Type == "boolean":
		return []any{true, false}
	case schema.Type == "array":
		add(&list{})
	case schema.Type == "object", schema.Type == "":
		add(object{})
	}
	for range 3 {
		add(makeValue(s.random, schema, key, 2))
	}
	return values
}

func sortedProperties(schema *Schema) []string {
	keys := make([]string, 0, len(schema.Properties))
	for key := range schema.Properties {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// schemaRef names the type of a place, where it is one that has a name.
func (at slot) schemaRef() string {
	if at.schema == nil {
		return ""
	}
	return at.schema.Name
}
