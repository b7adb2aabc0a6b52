package mutate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/kubectlread"
)

const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web"}},
"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
"spec":{"hostNetwork":true,"containers":[{"name":"web","image":"nginx","args":["on","-1","a: b","\n"],"ports":[{"containerPort":80}]}]}}}}`

const configMap = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a.b":"---\n","empty":"","yes":"no"}}`

const widgetCRD = `{"spec":{"group":"example.com","names":{"kind":"Widget"},"versions":[{"name":"v1","schema":{"openAPIV3Schema":
{"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{
"size":{"type":"integer","minimum":1,"maximum":9},"mode":{"type":"string","enum":["fast","slow"]},
"port":{"x-kubernetes-int-or-string":true},"when":{"type":"string","format":"date-time"},
"parts":{"type":"array","maxItems":3,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}}}}}}]}}`

const widget = `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3,"mode":"fast","port":80,"parts":[{"name":"a"}]}}`

func generator(t *testing.T, seed uint64, format string) *Generator {
	t.Helper()
	types := NewTypes()
	if err := types.AddCRD([]byte(widgetCRD)); err != nil {
		t.Fatal(err)
	}
	g := NewGenerator(seed, types, format)
	for _, text := range []string{deployment, configMap, widget} {
		if err := g.Add("test", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func TestSameSeedSameCases(t *testing.T) {
	a, b := generator(t, 7, FormatMixed), generator(t, 7, FormatMixed)
	for i := range 2000 {
		b.Case(1999 - i) // the other cases must not matter
	}
	for i := range 2000 {
		x, y := a.Case(i), b.Case(i)
		if x.Text != y.Text || x.ID != y.ID || !slices.Equal(x.Ops, y.Ops) {
			t.Fatalf("case %d differs:\n%v\n%v", i, x, y)
		}
	}
	if generator(t, 8, FormatMixed).Case(0).Text == a.Case(0).Text && generator(t, 8, FormatMixed).Case(1).Text == a.Case(1).Text {
		t.Error("another seed gives the same cases")
	}
}

func TestCasesAreReadable(t *testing.T) {
	for _, format := range []string{FormatYAML, FormatJSON} {
		g := generator(t, 1, format)
		seen := map[string]int{}
		for i := range 5000 {
			c := g.Case(i)
			rows := kubectlread.Read([]byte(c.Text))
			for _, row := range rows {
				if row.Stage == kubectlread.StageYAML {
					t.Fatalf("%s %v cannot be read: %s\n%s", c.ID, c.Ops, row.Message, c.Text)
				}
			}
			for _, done := range c.Ops {
				name, _, _ := strings.Cut(done, " ")
				seen[name]++
			}
		}
		for _, o := range slices.Concat(genericOps, schemaOps) {
			if seen[o.name] == 0 {
				t.Errorf("%s: op %s was never used", format, o.name)
			}
		}
	}
}

func TestYAMLSaysTheSameAsJSON(t *testing.T) {
	for _, text := range []string{deployment, configMap, widget} {
		tree, err := decodeTree([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var asYAML, asJSON bytes.Buffer
		writeYAML(&asYAML, tree, 0, false)
		writeJSON(&asJSON, tree)
		got, want := kubectlread.Read(asYAML.Bytes()), kubectlread.Read(asJSON.Bytes())
		if len(got) != 1 || len(want) != 1 || string(got[0].Input) != string(want[0].Input) {
			t.Errorf("got %v\nwant %v\n%s", got, want, asYAML.String())
		}
	}
}

func TestDoubledKeyIsWrittenTwice(t *testing.T) {
	tree := object{"a": json.Number("1"), "a" + again: json.Number("2"), "b": true}
	var asYAML, asJSON bytes.Buffer
	writeYAML(&asYAML, tree, 0, false)
	writeJSON(&asJSON, tree)
	if got := asYAML.String(); got != "a: 1\na: 2\nb: true\n" {
		t.Errorf("got %q", got)
	}
	if got := asJSON.String(); got != `{"a":1,"a":2,"b":true}` {
		t.Errorf("got %q", got)
	}
}

func TestSchemas(t *testing.T) {
	types := NewTypes()
	if err := types.AddOpenAPI([]byte(`{"definitions":{
		"x.Pod":{"properties":{"spec":{"$ref":"#/definitions/x.Spec"}},"x-kubernetes-group-version-kind":[{"group":"","version":"v1","kind":"Pod"}]},
		"x.Spec":{"properties":{"limits":{"additionalProperties":{"$ref":"#/definitions/x.Quantity"}},"items":{"items":{"$ref":"#/definitions/x.Spec"}}}},
		"x.Quantity":{"type":"string","format":"int-or-string"}}}`)); err != nil {
		t.Fatal(err)
	}
	pod := types.For("v1", "Pod")
	if !pod.property("spec").property("items").items().property("limits").property("cpu").isIntOrString() {
		t.Error("references are not followed")
	}
	if types.For("v1", "Node").property("spec").items() != nil {
		t.Error("a kind that is not known has a type")
	}
}
