package mutate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// An op changes a tree in one way. It answers with a description, or with ""
// when it found nothing to do.
type op struct {
	name   string
	weight int
	apply  func(c *change) string
}

// A change is one tree under the knife.
type change struct {
	random *rand.Rand
	root   object
	schema *Schema
	others []*document // where transplants come from
}

var genericOps = []op{
	{"delete", 10, deleteField},
	{"rename", 10, renameKey},
	{"retype", 12, retype},
	{"double-key", 3, doubleKey},
	{"double-item", 5, doubleItem},
	{"range", 10, outOfRange},
	{"format", 18, badFormat},
	{"enum-case", 4, changeCase},
	{"transplant", 10, transplantSame},
	{"graft", 6, graft},
	{"metadata", 8, changeMetadata},
	{"null", 3, setNull},
	{"empty", 3, setEmpty},
	{"identity", 1, changeIdentity},
}

// places are the slots that an op may pick: all but apiVersion and kind of
// the object itself, which have an op of their own.
func (c *change) places(want func(slot) bool) []slot {
	all := slots(c.root, c.schema)
	return slices.DeleteFunc(all, func(s slot) bool {
		return s.depth == 0 && (s.key == "apiVersion" || s.key == "kind") || want != nil && !want(s)
	})
}

// place picks one slot, each as likely as any other.
func (c *change) place(want func(slot) bool) (slot, bool) {
	found := c.places(want)
	if len(found) == 0 {
		return slot{}, false
	}
	return pick(c.random, found), true
}

func isField(s slot) bool { _, ok := s.parent.(object); return ok }

func isText(s slot) bool { _, ok := s.get().(string); return ok }

func isScalar(s slot) bool {
	switch s.get().(type) {
	case object, *list:
		return false
	}
	return true
}

func deleteField(c *change) string {
	s, ok := c.place(nil)
	if !ok {
		return ""
	}
	s.remove()
	return s.path
}

func renameKey(c *change) string {
	s, ok := c.place(isField)
	if !ok {
		return ""
	}
	name := typo(c.random, s.key)
	value := s.get()
	s.remove()
	s.parent.(object)[name] = value
	return s.path + " -> " + name
}

func retype(c *change) string {
	s, ok := c.place(nil)
	if !ok {
		return ""
	}
	value := otherType(c.random, s.get())
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, brief(value))
}

// otherType gives a value of another type, where it can the same one said
// differently.
func otherType(random *rand.Rand, value any) any {
	var choices []any
	switch value := value.(type) {
	case string:
		choices = []any{json.Number("5"), json.Number("1.5"), true, false, object{}, &list{}, &list{items: []any{value}}, object{"name": value}, object{"value": value}}
		if number, err := strconv.ParseInt(value, 10, 64); err == nil {
			choices = append(choices, json.Number(strconv.FormatInt(number, 10)))
		}
	case json.Number:
		choices = []any{string(value), true, object{}, &list{items: []any{value}}, string(value) + "%", ""}
		if _, err := value.Int64(); err == nil {
			choices = append(choices, value+".0", value+".5")
		}
	case bool:
		choices = []any{strconv.FormatBool(value), "yes", json.Number("1"), json.Number("0"), object{}, &list{items: []any{value}}}
	case object:
		choices = []any{"text", json.Number("1"), true, &list{items: []any{value}}, &list{}, ""}
	case *list:
		choices = []any{"text", json.Number("1"), true, object{}, &list{items: []any{clone(value)}}}
		if len(value.items) > 0 {
			choices = append(choices, clone(value.items[0]), clone(value.items[0]))
		}
	default:
		choices = []any{"", json.Number("0"), false, object{}, &list{}}
	}
	return pick(random, choices)
}

func doubleKey(c *change) string {
	s, ok := c.place(isField)
	if !ok {
		return ""
	}
	value := clone(s.get())
	if c.random.IntN(2) == 0 {
		value = otherType(c.random, value)
	}
	s.parent.(object)[s.key+again] = value
	return s.path
}

func doubleItem(c *change) string {
	s, ok := c.place(func(s slot) bool { return !isField(s) })
	if !ok {
		return ""
	}
	l := s.parent.(*list)
	copied := clone(s.get())
	l.items = append(l.items, copied)
	if o, ok := copied.(object); ok && c.random.IntN(2) == 0 && len(o) > 0 {
		// The same key with another value is the interesting double.
		key := pick(c.random, sortedKeys(o))
		o[key] = near(c.random, o[key])
	}
	return s.path
}

// near changes a scalar a little, so that it stays of its type.
func near(random *rand.Rand, value any) any {
	switch value := value.(type) {
	case string:
		return value + pick(random, []string{"x", "-2", "2"})
	case json.Number:
		if number, err := value.Int64(); err == nil {
			return json.Number(strconv.FormatInt(number+int64(random.IntN(3)-1), 10))
		}
	case bool:
		return !value
	}
	return value
}

func outOfRange(c *change) string {
	s, ok := c.place(func(s slot) bool { _, ok := s.get().(json.Number); return ok || s.schema.isNumber() })
	if !ok {
		return ""
	}
	value := s.schema.oddNumber(c.random)
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, value)
}

func badFormat(c *change) string {
	s, ok := c.place(isText)
	if !ok {
		return ""
	}
	value := s.schema.oddText(c.random, s.key)
	if c.random.IntN(6) == 0 {
		value = s.get().(string) + pick(c.random, []string{" ", "\n", ".", "-", "_", "/", ":", ",", "é", "A", "%", "@", "\u0000"})
	}
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, brief(value))
}

func changeCase(c *change) string {
	s, ok := c.place(func(s slot) bool {
		text, ok := s.get().(string)
		return ok && strings.ToLower(text) != strings.ToUpper(text)
	})
	if !ok {
		return ""
	}
	text := s.get().(string)
	value := strings.ToLower(text)
	if value == text || c.random.IntN(3) == 0 {
		value = strings.ToUpper(text)
	}
	s.set(value)
	return fmt.Sprintf("%s = %s", s.path, brief(value))
}

func setNull(c *change) string {
	s, ok := c.place(nil)
	if !ok {
		return ""
	}
	s.set(nil)
	return s.path
}

func setEmpty(c *change) string {
	s, ok := c.place(nil)
	if !ok {
		return ""
	}
	switch s.get().(type) {
	case object:
		s.set(object{})
	case *list:
		s.set(&list{})
	case json.Number:
		s.set(json.Number("0"))
	case bool:
		s.set(false)
	default:
		s.set("")
	}
	return s.path
}

// brief quotes a value for a description.
func brief(value any) string {
	const limit = 60
	data, err := json.Marshal(disown(value))
	if err != nil {
		return "?"
	}
	if len(data) > limit {
		return string(data[:limit]) + "…"
	}
	return string(data)
}

// disown turns lists back into slices.
func disown(value any) any {
	switch value := value.(type) {
	case object:
		plain := map[string]any{}
		for key, child := range value {
			plain[key] = disown(child)
		}
		return plain
	case *list:
		plain := make([]any, len(value.items))
		for i, child := range value.items {
			plain[i] = disown(child)
		}
		return plain
	}
	return value
}
