// Package mutate makes wrong (and sometimes still right) manifests out of good
// ones, in ways in which people and tools get them wrong. Everything it does
// follows from a seed and the number of the case.
package mutate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A tree is made of object, *list, string, json.Number, bool and nil. Objects
// and lists are references, so that a place in the tree can be changed where
// it is found.
type object = map[string]any

type list struct{ items []any }

// again marks a key that is to be written a second time: the writer leaves
// the mark out, and the order of keys puts it right behind the first.
const again = "\x00"

func decodeTree(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return adopt(value), nil
}

// adopt turns decoded slices into lists.
func adopt(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			value[key] = adopt(child)
		}
		return value
	case []any:
		l := &list{items: value}
		for i, child := range value {
			l.items[i] = adopt(child)
		}
		return l
	}
	return value
}

func clone(value any) any {
	switch value := value.(type) {
	case object:
		copied := make(object, len(value))
		for key, child := range value {
			copied[key] = clone(child)
		}
		return copied
	case *list:
		copied := &list{items: make([]any, len(value.items))}
		for i, child := range value.items {
			copied.items[i] = clone(child)
		}
		return copied
	}
	return value
}

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// A slot is a place in a tree: a field of an object or an item of a list.
type slot struct {
	parent any    // object or *list
	key    string // of an object
	index  int    // of a list
	path   string // as the server writes it
	schema *Schema
	depth  int
}

func (s slot) get() any {
	if o, ok := s.parent.(object); ok {
		return o[s.key]
	}
	return s.parent.(*list).items[s.index]
}

func (s slot) set(value any) {
	if o, ok := s.parent.(object); ok {
		o[s.key] = value
	} else {
		s.parent.(*list).items[s.index] = value
	}
}

func (s slot) remove() {
	if o, ok := s.parent.(object); ok {
		delete(o, s.key)
	} else {
		l := s.parent.(*list)
		l.items = slices.Delete(l.items, s.index, s.index+1)
	}
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func childPath(path, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return fmt.Sprintf("%s[%s]", path, key)
	case path == "":
		return key
	}
	return path + "." + key
}

// slots lists every place of a tree in a fixed order, with the schema that
// applies there, if one is known.
func slots(root any, schema *Schema) []slot {
	var found []slot
	var walk func(value any, path string, schema *Schema, depth int)
	walk = func(value any, path string, schema *Schema, depth int) {
		switch value := value.(type) {
		case object:
			for _, key := range sortedKeys(value) {
				at := slot{parent: value, key: key, path: childPath(path, key), schema: schema.property(key), depth: depth}
				found = append(found, at)
				walk(value[key], at.path, at.schema, depth+1)
			}
		case *list:
			for i, child := range value.items {
				at := slot{parent: value, index: i, path: fmt.Sprintf("%s[%d]", path, i), schema: schema.items(), depth: depth}
				found = append(found, at)
				walk(child, at.path, at.schema, depth+1)
			}
		}
	}
	walk(root, "", schema, 0)
	return found
}

// writeJSON writes a tree in one line, doubled keys twice.
func writeJSON(out *bytes.Buffer, value any) {
	switch value := value.(type) {
	case object:
		out.WriteByte('{')
		for i, key := range sortedKeys(value) {
			if i > 0 {
				out.WriteByte(',')
			}
			writeScalar(out, strings.TrimSuffix(key, again))
			out.WriteByte(':')
			writeJSON(out, value[key])
		}
		out.WriteByte('}')
	case *list:
		out.WriteByte('[')
		for i, child := range value.items {
			if i > 0 {
				out.WriteByte(',')
			}
			writeJSON(out, child)
		}
		out.WriteByte(']')
	default:
		writeScalar(out, value)
	}
}

func writeScalar(out *bytes.Buffer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // a tree holds nothing that JSON cannot say
	}
	out.Truncate(out.Len() - 1) // the encoder's line feed
}

// writeYAML writes a tree in block style, doubled keys twice.
func writeYAML(out *bytes.Buffer, value any, indent int, inline bool) {
	switch value := value.(type) {
	case object:
		if len(value) == 0 {
			out.WriteString("{}\n")
			return
		}
		for _, key := range sortedKeys(value) {
			if !inline {
				out.WriteString(strings.Repeat(" ", indent))
			}
			inline = false
			writeYAMLScalar(out, strings.TrimSuffix(key, again))
			out.WriteByte(':')
			writeYAMLChild(out, value[key], indent+2)
		}
	case *list:
		if len(value.items) == 0 {
			out.WriteString("[]\n")
			return
		}
		for _, child := range value.items {
			if !inline {
				out.WriteString(strings.Repeat(" ", indent))
			}
			inline = false
			out.WriteString("- ")
			writeYAML(out, child, indent+2, true)
		}
	default:
		writeYAMLScalar(out, value)
		out.WriteByte('\n')
	}
}

// writeYAMLChild writes a field's value behind its colon.
func writeYAMLChild(out *bytes.Buffer, value any, indent int) {
	switch value := value.(type) {
	case object:
		if len(value) > 0 {
			out.WriteByte('\n')
			writeYAML(out, value, indent, false)
			return
		}
	case *list:
		if len(value.items) > 0 {
			out.WriteByte('\n')
			writeYAML(out, value, indent-2, false)
			return
		}
	}
	out.WriteByte(' ')
	writeYAML(out, value, indent, true)
}

// safePlain are the strings that every YAML reader takes for strings.
var safePlain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9./_-]*$`)

var wordsWithMeaning = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

func writeYAMLScalar(out *bytes.Buffer, value any) {
	text, isText := value.(string)
	if isText && safePlain.MatchString(text) && !slices.Contains(wordsWithMeaning, strings.ToLower(text)) {
		out.WriteString(text)
		return
	}
	writeScalar(out, value) // JSON's scalars are YAML's too
}
