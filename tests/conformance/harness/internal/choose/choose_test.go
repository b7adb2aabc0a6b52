package choose

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/verdict"
)

func refused(file, kind, field, message string) verdict.Record {
	return verdict.Record{
		File: file, Kind: kind, APIVersion: "v1", Stage: verdict.StageServer, Reason: "Invalid",
		Causes: []cluster.Cause{{Field: field, Reason: "FieldValueInvalid", Message: message}},
	}
}

func TestShape(t *testing.T) {
	same := func(a, b verdict.Record) bool { return Shape(&a) == Shape(&b) }
	if !same(refused("a", "Pod", "spec.a[0].b", `Invalid value: "x: y": must be 5`), refused("b", "Pod", "spec.a[12].b", `Invalid value: -7: must be 6`)) {
		t.Error("the case's own values make another shape")
	}
	if same(refused("a", "Pod", "spec.a", "Invalid value: 1: too small"), refused("a", "Pod", "spec.a", "Invalid value: 1: too big")) {
		t.Error("what the server says makes no other shape")
	}
	accepted := func(op string) verdict.Record {
		return verdict.Record{Kind: "Pod", Stage: verdict.StageServer, Accepted: true, Ops: []string{op}}
	}
	if !same(accepted("range spec.a[0] = 5"), accepted("range spec.a[1] = 6")) || same(accepted("range spec.a = 5"), accepted("range spec.b = 5")) {
		t.Error("the shape of what is accepted is its change without the value")
	}
}

func TestThin(t *testing.T) {
	var records []verdict.Record
	for i := range 50 {
		records = append(records, refused(fmt.Sprintf("pod-%d", i), "Pod", fmt.Sprintf("spec.f%d", i%5), "Invalid value: 1: no"))
	}
	records = append(records, refused("job", "Job", "spec.a", "Invalid value: 1: no"))
	records = append(records, verdict.Record{File: "there", Kind: "Job", Stage: verdict.StageServer, Reason: "AlreadyExists"})
	kept := Thin(records, Limits{Seed: 1, Refused: 3})
	if len(kept) != 5*3+1 {
		t.Errorf("%d kept", len(kept))
	}
	if again := Thin(records, Limits{Seed: 1, Refused: 3}); fmt.Sprint(again) != fmt.Sprint(kept) {
		t.Error("the same seed keeps others")
	}
	few := Thin(records, Limits{Seed: 1, Refused: 3, Total: 6})
	fields := map[string]bool{}
	for _, i := range few {
		fields[records[i].Kind+records[i].Causes[0].Field] = true
	}
	if len(few) != 6 || len(fields) != 6 {
		t.Errorf("%d kept, of %d shapes", len(few), len(fields))
	}
}

func TestRules(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rules.tsv")
	table := "kind\tfield\ttype\tcases\tsample\n" +
		"Pod\tspec.a[*].b\tinvalid\t3\tno\n" +
		"CustomResourceDefinition\tspec.validation.openAPIV3Schema.~.type\tinvalid\t1\tno\n" +
		"Job\tspec.a\trequired\t1\tnot there\n"
	if err := os.WriteFile(name, []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	rules, err := ReadRules(name)
	if err != nil {
		t.Fatal(err)
	}
	coverage := NewCoverage(rules)
	for _, record := range []verdict.Record{
		refused("a", "Pod", "spec.a[x.y].b", ""),
		refused("b", "CustomResourceDefinition", "spec.validation.openAPIV3Schema.properties[a].items.properties[b].type", ""),
		refused("c", "Job", "spec.a", ""), // another reason than the table's
	} {
		coverage.Add(&record)
	}
	var out bytes.Buffer
	coverage.Print(&out)
	if text := out.String(); !strings.HasPrefix(text, "2 of 3 rules seen, and 1 more") || !strings.Contains(text, "not there") {
		t.Errorf("got %s", text)
	}
}
