package mutate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// schemaOps need to know the field's type.
var schemaOps = []op{
	{"insert", 16, insertField},
	{"unknown", 4, unknownField},
	{"required", 6, deleteRequired},
	{"limit", 10, breakLimit},
	{"list-keys", 5, breakListKeys},
	{"value-type", 4, wrongTypeByName},
}

// objects are the places that hold an object of a known type, the whole
// object first.
func (c *change) typedObjects() []slot {
	whole := slot{parent: object{"": c.root}, key: "", schema: c.schema}
	return append([]slot{whole}, c.places(func(s slot) bool {
		_, ok := s.get().(object)
		return ok && s.schema != nil && len(s.schema.Properties) > 0
	})...)
}

// insertField adds a field that the type has and the object lacks.
func insertField(c *change) string {
	for range 8 {
		target := pick(c.random, c.typedObjects())
		into := target.get().(object)
		var absent []string
		for key := range target.schema.Properties {
			if _, has := into[key]; !has && (target.path != "" || key != "status") {
				absent = append(absent, key)
			}
		}
		if len(absent) == 0 {
			continue
		}
		slices.Sort(absent)
		key := pick(c.random, absent)
		into[key] = makeValue(c.random, target.schema.property(key), key, 0)
		return fmt.Sprintf("%s = %s", childPath(target.path, key), brief(into[key]))
	}
	return ""
}

func unknownField(c *change) string {
	target := pick(c.random, c.typedObjects())
	name := pick(c.random, []string{"unknown", "x-extra", "Name", "apiVersion", "kind", "metadata", "spec", "enabled", "$patch", "__proto__", ""})
	path := childPath(target.path, name)
	if target.path == "" && (name == "apiVersion" || name == "kind") {
		name, path = "unknown", "unknown"
	}
	target.get().(object)[name] = pick(c.random, []any{"x", true, object{}, json.Number("1"), nil})
	return path
}

func deleteRequired(c *change) string {
	type candidate struct {
		at  slot
		key string
	}
	var found []candidate
	for _, target := range c.typedObjects() {
		for _, key := range target.schema.Required {
			if _, has := target.get().(object)[key]; has && (target.path != "" || key != "apiVersion" && key != "kind") {
				found = append(found, candidate{target, key})
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	chosen := pick(c.random, found)
	delete(chosen.at.get().(object), chosen.key)
	return childPath(chosen.at.path, chosen.key)
}

func hasLimit(s slot) bool {
	t := s.schema
	return t != nil && (len(t.Enum) > 0 || t.Pattern != "" || t.Minimum != nil || t.Maximum != nil || t.MinLength != nil || t.MaxLength != nil ||
		t.MinItems != nil || t.MaxItems != nil || t.Format != "" || t.ListType == "set" || t.isIntOrString())
}

// breakLimit puts a value at or beyond a limit that the schema states.
func breakLimit(c *change) string {
	s, ok := c.place(hasLimit)
	if !ok {
		return ""
	}
	var value any
	switch t := s.schema; {
	case t.isIntOrString():
		value = pick(c.random, []any{t.oddNumber(c.random), pick(c.random, oddQuantities), "50%", "x%", "http", "-1", true})
	case t.isNumber():
		value = t.oddNumber(c.random)
	case t.Type == "string":
		value = t.oddText(c.random, s.key)
	case t.Type == "array":
		value = resize(c.random, t, s.get())
	default:
		return ""
	}
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, brief(value))
}

// resize makes a list one item too short, too long, or just right.
func resize(random *rand.Rand, t *Schema, value any) any {
	l, ok := value.(*list)
	if !ok {
		return value
	}
	length := len(l.items)
	switch {
	case t.MaxItems != nil && random.IntN(2) == 0:
		length = min(*t.MaxItems, 200) + random.IntN(2)
	case t.MinItems != nil && random.IntN(2) == 0:
		length = max(*t.MinItems-random.IntN(2), 0)
	default:
		length++
	}
	sized := &list{}
	for i := range length {
		switch {
		case i < len(l.items):
			sized.items = append(sized.items, l.items[i])
		case len(l.items) > 0:
			sized.items = append(sized.items, distinct(clone(pick(random, l.items)), t.ListMapKeys, i))
		default:
			sized.items = append(sized.items, makeValue(random, t.items(), "", 0))
		}
	}
	return sized
}

// distinct gives a copied item keys of its own.
func distinct(item any, keys []string, i int) any {
	o, ok := item.(object)
	if !ok {
		return item
	}
	for _, key := range keys {
		if text, ok := o[key].(string); ok {
			o[key] = fmt.Sprintf("%s-%d", strings.TrimRight(text, "-"), i)
		}
	}
	return o
}

// breakListKeys doubles an item of a keyed list or of a set, or takes away
// one of its keys.
func breakListKeys(c *change) string {
	s, ok := c.place(func(s slot) bool {
		l, ok := s.get().(*list)
		return ok && len(l.items) > 0 && s.schema != nil && (s.schema.ListType == "map" || s.schema.ListType == "set")
	})
	if !ok {
		return ""
	}
	l := s.get().(*list)
	item := clone(pick(c.random, l.items))
	if o, ok := item.(object); ok {
		for _, key := range sortedKeys(o) {
			if !slices.Contains(s.schema.ListMapKeys, key) && c.random.IntN(2) == 0 {
				delete(o, key)
			}
		}
		if len(s.schema.ListMapKeys) > 0 && c.random.IntN(3) == 0 {
			key := pick(c.random, s.schema.ListMapKeys)
			delete(o, key)
			l.items = append(l.items, o)
			return s.path + " gets an item without " + key
		}
	}
	l.items = append(l.items, item)
	return s.path + " gets an item twice"
}

// wrongTypeByName replaces a value by one of a type that the schema excludes.
func wrongTypeByName(c *change) string {
	s, ok := c.place(func(s slot) bool { return s.schema != nil && s.schema.Type != "" })
	if !ok {
		return ""
	}
	values := map[string]any{
		"string": "text", "integer": json.Number("1"), "number": json.Number("1.5"), "boolean": true,
		"object": object{"a": "b"}, "array": &list{items: []any{"a"}},
	}
	delete(values, s.schema.Type)
	value := values[pick(c.random, sortedKeys(values))]
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, brief(value))
}

// makeValue makes a plausible value of a type: the first try of somebody who
// has read the documentation once.
func makeValue(random *rand.Rand, s *Schema, key string, depth int) any {
	const deepest = 4
	if s = s.resolve(); s == nil {
		return "text"
	}
	if len(s.Enum) > 0 && random.IntN(4) > 0 {
		return adopt(pick(random, s.Enum))
	}
	if s.isIntOrString() {
		return pick(random, []any{json.Number("8080"), "http", "25%", json.Number("1")})
	}
	switch s.Type {
	case "integer", "number":
		if random.IntN(3) == 0 {
			return s.oddNumber(random)
		}
		return pick(random, []json.Number{"0", "1", "5", "80", "8080"})
	case "boolean":
		return random.IntN(2) == 0
	case "string":
		return makeText(random, s, key)
	case "array":
		made := &list{}
		for range 1 + random.IntN(2) {
			if depth < deepest {
				made.items = append(made.items, makeValue(random, s.Items, key, depth+1))
			}
		}
		return made
	}
	return makeObject(random, s, depth, deepest)
}

func makeObject(random *rand.Rand, s *Schema, depth, deepest int) any {
	made := object{}
	if s.Additional.schema != nil && depth < deepest {
		made[pick(random, []string{"app", "example.com/name", "cpu", "key"})] = makeValue(random, s.Additional.schema, "cpu", depth+1)
	}
	var keys []string
	for key := range s.Properties {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		required := slices.Contains(s.Required, key)
		if (required && random.IntN(8) > 0 || !required && random.IntN(len(keys)+1) < 2) && depth < deepest {
			made[key] = makeValue(random, s.Properties[key], key, depth+1)
		}
	}
	return made
}

func makeText(random *rand.Rand, s *Schema, key string) any {
	if random.IntN(3) == 0 {
		return s.oddText(random, key)
	}
	switch s.Format {
	case "date-time":
		return "2024-02-29T12:00:00Z"
	case "byte":
		return "YQ=="
	}
	lower := strings.ToLower(key)
	switch {
	case strings.HasSuffix(lower, "ip"):
		return "10.0.0.1"
	case strings.Contains(lower, "path"):
		return "/data"
	case strings.Contains(lower, "cpu"):
		return "100m"
	case strings.Contains(lower, "policy"), strings.Contains(lower, "type"), strings.Contains(lower, "mode"), strings.Contains(lower, "operator"), strings.Contains(lower, "scope"):
		return pick(random, oddWords)
	case strings.Contains(lower, "image"):
		return "nginx:1.27"
	}
	return pick(random, []string{"web", "data", "main", "app"})
}
