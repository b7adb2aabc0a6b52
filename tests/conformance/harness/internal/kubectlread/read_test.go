package kubectlread

import (
	"fmt"
	"strings"
	"testing"
)

// digest writes rows as "doc[.item]:stage" words, with the input of those
// that are ok.
func digest(rows []Row) string {
	var words []string
	for _, row := range rows {
		word := fmt.Sprint(row.Doc)
		if row.Item != nil {
			word += fmt.Sprintf(".%d", *row.Item)
		}
		word += ":" + row.Stage
		if row.Unreached {
			word += "!"
		}
		if row.Stage == StageOK {
			word += string(row.Input)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

const pod = `{"apiVersion":"v1","kind":"Pod"}`

func TestRead(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"one", "apiVersion: v1\nkind: Pod\n", "0:ok" + pod},
		{"a separator at the start and at the end", "---\napiVersion: v1\nkind: Pod\n---\n", "0:ok" + pod},
		{"a separator alone is a document when another follows", "---\n---\napiVersion: v1\nkind: Pod\n", "0:empty 1:ok" + pod},
		{"two separators between documents are one", "a: 1\n---\n---\napiVersion: v1\nkind: Pod\n", "0:nokind 1:ok" + pod},
		{"three separators between documents are a document", "a: 1\n---\n---\n---\nb: 1\n", "0:nokind 1:empty 2:nokind"},
		{"a blank line makes a chunk", "\n---\napiVersion: v1\nkind: Pod\n", "0:empty 1:ok" + pod},
		{"comments make a chunk", "# hello\n---\napiVersion: v1\nkind: Pod\n", "0:empty 1:ok" + pod},
		{"a comment after the separator is part of it", "--- # hello\napiVersion: v1\nkind: Pod\n", "0:ok" + pod},
		{"text after the separator loses the chunk before", "a: 1\n--- b\napiVersion: v1\nkind: Pod\n", "0:yaml 1:ok!" + pod},
		{"text after the document end is lost", "apiVersion: v1\nkind: Pod\n...\nmore: 1\n", "0:ok" + pod},
		{"broken, then good", "a: [\n---\napiVersion: v1\nkind: Pod\n", "0:yaml 1:ok!" + pod},
		{"JSON one after the other", pod + pod + "\n" + pod, "0:ok" + pod + " 1:ok" + pod + " 2:ok" + pod},
		{"JSON, then YAML", pod + "\n---\napiVersion: v1\nkind: Pod\n", "0:ok" + pod + " 1:ok" + pod},
		{"two JSON objects, then a separator", pod + pod + "\n---\n" + pod, "0:ok" + pod + " 1:ok" + pod + " 2:yaml"},
		{"flow YAML is not JSON", "{apiVersion: v1, kind: Pod}", "0:ok" + pod},
		{"JSON with a short rest", pod + "]\n", "0:ok" + pod + " 1:yaml"},
		{"keys given twice", "apiVersion: v1\nkind: Node\nkind: Pod\n", "0:strict-yaml"},
		{"keys given twice in JSON", `{"apiVersion":"v1","kind":"Node","kind":"Pod"}`, "0:strict-yaml"},
		{"no kind", "apiVersion: v1\n", "0:nokind"},
		{"kind is a number", "apiVersion: v1\nkind: 1\n", "0:nokind"},
		{"apiVersion with two slashes", "apiVersion: a/b/c\nkind: Pod\n", "0:nokind"},
		{"a scalar", "hello\n", "0:nokind"},
		{"a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n", "0.0:ok" + pod},
		{"a typed list names its items", "apiVersion: v1\nkind: PodList\nitems:\n- {a: 1}\n", `0.0:ok{"a":1,"apiVersion":"v1","kind":"Pod"}`},
		{"a list in a list", "apiVersion: v1\nkind: List\nitems:\n" +
			"- {apiVersion: v1, kind: Pod}\n- {apiVersion: v1, kind: List, items: []}\n", "0:list"},
		{"an item that is no object", "apiVersion: v1\nkind: List\nitems: [a]\n", "0:list"},
		{"any kind with items is a list", "apiVersion: v1\nkind: Node\nitems: [{apiVersion: v1, kind: Pod}]\n", "0.0:ok" + pod},
		{"an empty list", "apiVersion: v1\nkind: List\nitems: []\n", "0:empty"},
		{"UTF-16", "\xfe\xff\x00{\x00\"\x00k\x00i\x00n\x00d\x00\"\x00:\x001\x00}", "0:nokind"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := digest(Read([]byte(test.text))); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestStrictKeepsTheLast(t *testing.T) {
	rows := Read([]byte("apiVersion: v1\nkind: Node\nkind: Pod\n"))
	if len(rows) != 1 || string(rows[0].Input) != pod {
		t.Errorf("got %v", rows)
	}
}

func TestReplacedBytes(t *testing.T) {
	for text, want := range map[string]bool{
		"apiVersion: v1\nkind: Pod\nname: \xff\n":     true,
		"\xef\xbb\xbfapiVersion: v1\nkind: Pod\n":     false,
		"apiVersion: v1\nkind: Pod\nname: \u00e9\n":   false,
		"\xff\xfea\x00:\x00 \x001\x00":                true,
		"apiVersion: v1\nkind: Pod\nname: \"\ufffd\"": false,
	} {
		rows := Read([]byte(text))
		if len(rows) != 1 || rows[0].Replaced != want {
			t.Errorf("%q: got %v, want replaced %v", text, rows, want)
		}
	}
}

func TestChunkerFollowsTheDecoder(t *testing.T) {
	// The YAML message is known only when the chunk is the decoder's own.
	rows := Read([]byte("{{ a }}\nb: [\n"))
	if len(rows) != 1 || rows[0].YAML == "" {
		t.Errorf("got %v", rows)
	}
}
