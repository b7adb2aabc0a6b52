package endpoints

import (
	"slices"
	"testing"
)

// TestGenerate guards that a set follows from seed and number, and that each
// reads as objects.
func TestGenerate(t *testing.T) {
	more, few := Generate(7, 30), Generate(7, 10)
	for i, set := range few {
		if set.Text != more[i].Text {
			t.Errorf("%s depends on how many are made", set.Name)
		}
	}
	kinds := map[string]bool{}
	for i := range more {
		objects, err := more[i].objects()
		if err != nil || len(objects) < 3 {
			t.Fatalf("%s: %d objects, %v", more[i].Name, len(objects), err)
		}
		for _, one := range objects {
			kinds[one.text("kind")] = true
		}
	}
	if len(kinds) != 9 {
		t.Errorf("kinds: %v", kinds)
	}
}

func TestDescribe(t *testing.T) {
	got := unique([]string{
		describe("Pod", "b", nil), describe("Pod", "a", []port{{"web", "TCP", "http", 80}, {"", "UDP", "", 53}}), describe("Pod", "b", nil),
	})
	if want := []string{"Pod/a: /UDP/53 web/TCP/80/http", "Pod/b: "}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
