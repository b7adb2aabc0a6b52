package mutate

import (
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/kubectlread"
)

func TestSweep(t *testing.T) {
	texts := map[string]bool{}
	ops := map[string]bool{}
	first := ""
	collect := func(seen map[string]bool) func(Case) error {
		return func(c Case) error {
			if rows := kubectlread.Read([]byte(c.Text)); len(rows) != 1 || rows[0].Stage == kubectlread.StageYAML {
				t.Errorf("%s %v cannot be read: %s", c.ID, c.Ops, c.Text)
			}
			seen[c.Text] = true
			ops[c.Ops[0]] = true
			if strings.HasSuffix(c.ID, "-00000.json") && c.Source == "test" && first == "" {
				first = c.Text
			}
			return nil
		}
	}
	if err := generator(t, 1, FormatJSON).Sweep(collect(texts)); err != nil {
		t.Fatal(err)
	}
	again := map[string]bool{}
	if err := generator(t, 1, FormatJSON).Sweep(collect(again)); err != nil {
		t.Fatal(err)
	}
	if len(texts) != len(again) {
		t.Errorf("%d cases, then %d", len(texts), len(again))
	}
	for text := range again {
		if !texts[text] {
			t.Fatalf("the same sweep makes another case: %s", text)
		}
	}
	if !strings.Contains(first, `"kind":"Deployment"`) || strings.Contains(first, "\x00") {
		t.Errorf("the first case is not the manifest as it is: %s", first)
	}
	for _, want := range []string{
		"as-it-is", "delete spec.template.spec.containers[0].image", "range spec.size = 9223372036854775807", "null spec.selector = null",
		"unknown spec.unknown = \"x\"", "many spec.parts 33", `enum-case spec.mode = "FAST"`,
	} {
		if !ops[want] {
			t.Errorf("no edit %q", want)
		}
	}
}
