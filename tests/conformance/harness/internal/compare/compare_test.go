package compare

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/verdict"
)

func load(t *testing.T) ([]verdict.Record, *Report) {
	t.Helper()
	var records []verdict.Record
	err := verdict.ReadLines("testdata/verdicts.ndjson", func(record verdict.Record) error {
		records = append(records, record)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	report, err := ReadReport(data)
	if err != nil {
		t.Fatal(err)
	}
	return records, report
}

func TestCompare(t *testing.T) {
	r := Compare(load(t))
	for _, check := range []struct {
		what      string
		got, want int
	}{
		{"cases", r.Cases, 11},
		{"agreed", r.Agreed, 8},
		{"refused", r.Refused, 8},
		{"caught", r.Caught, 6},
		{"accepted", r.Accepted, 3},
		{"wrongly refused", r.Wrong, 1},
		{"missing", r.Missing, 1},
		{"state only", r.StateOnly, 1},
		{"first cause", r.FirstPath.Count, 1},
		{"first cause of", r.FirstPath.Of, 3},
		{"field of first cause", r.PathOnly.Count, 2},
		{"extra", r.Extra.Count, 2},
		{"extra of", r.Extra.Of, 3},
		{"field of bad request", r.BadField.Count, 1},
		{"field of bad request of", r.BadField.Of, 2},
	} {
		if check.got != check.want {
			t.Errorf("%s: got %d, want %d", check.what, check.got, check.want)
		}
	}
	var out bytes.Buffer
	r.Print(&out, 2)
	for _, part := range []string{"same verdict", "8 of 11", "72.73 %", "ConfigMap", "… and"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in\n%s", part, out.String())
		}
	}
}

func TestGroups(t *testing.T) {
	r := Compare(load(t))
	found := map[string]string{}
	for _, group := range r.Groups {
		found[group.What+" | "+group.Field+" | "+group.Reason] = group.Example
	}
	for _, want := range []string{
		"missed | Pod spec.containers.name | FieldValueDuplicate",
		"wrongly refused | ConfigMap data | schema/type",
		"missing | Service | ",
		"unknown kind | Widget | ",
		"field | Service spec.ports.port | FieldValueInvalid",
		"field | Pod spec.containers.image | BadRequest",
	} {
		if found[want] == "" {
			t.Errorf("no group %q among %v", want, found)
		}
	}
}

func TestGroupField(t *testing.T) {
	for _, test := range []struct{ kind, path, want string }{
		{"Deployment", "spec.template.spec.containers[2].name", "Pod spec.containers.name"},
		{"CronJob", "spec.jobTemplate.spec.template.metadata.labels", "Pod metadata.labels"},
		{"Pod", "spec.containers[0].name", "Pod spec.containers.name"},
		{"ConfigMap", "data[a.b]", "ConfigMap data"},
		{"Certificate", "spec.template.special", "Certificate spec.template.special"},
	} {
		if got := groupField(test.kind, test.path); got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.kind, test.path, got, test.want)
		}
	}
}

func TestBadRequestFields(t *testing.T) {
	for message, want := range map[string]string{
		`strict decoding error: unknown field "spec.a[0].b", duplicate field "spec.c"`:                                     "spec.a[0].b spec.c",
		`json: cannot unmarshal string into Go struct field FCVolumeSource.spec.volumes.VolumeSource.fc.lun of type int32`: "spec.volumes.fc.lun",
		`json: cannot unmarshal string into Go struct field DaemonEndpoint.status.kubeletEndpoint.Port of type int32`:      "status.kubeletEndpoint.Port",
		`quantities must match the regular expression`:                                                                     "",
		`json: cannot unmarshal object into Go struct field ObjectMeta.metadata.name of type string`:                       "metadata.name",
	} {
		if got := strings.Join(badRequestFields(message), " "); got != want {
			t.Errorf("%s: got %q, want %q", message, got, want)
		}
	}
	if !sameField("spec.volumes.fc.lun", "spec.volumes[3].fc.lun") || sameField("spec.a[0]", "spec.a[1]") {
		t.Error("indices are not compared as they should be")
	}
}

// TestRun lets a stand-in for plimsoll judge files and made cases.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "plimsoll")
	err := os.WriteFile(script, []byte(`#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
printf '{"version":1,"findings":[],"objects":['
comma=
for file; do
    grep -q . "$file" || exit 2
    printf '%s{"file":"./%s","doc":0,"item":null,"verdict":"accepted","unchecked":[]}' "$comma" "$file"
    comma=,
done
echo ']}'
exit 1
`), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("a: 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	records := []verdict.Record{
		{File: "a.yaml", Stage: verdict.StageServer, Accepted: true, Kind: "Pod"},
		{File: "case-1.json", Stage: verdict.StageServer, Accepted: true, Kind: "Pod", Text: "{}"},
		{File: "case-2.yaml", Stage: verdict.StageServer, Accepted: true, Kind: "CustomResourceDefinition", APIVersion: "apiextensions.k8s.io/v1", Text: "b: 1"},
	}
	report, err := (&Plimsoll{Binary: script}).Run(records, dir)
	if err != nil {
		t.Fatal(err)
	}
	if r := Compare(records, report); r.Cases != 3 || r.Agreed != 3 {
		t.Errorf("got %+v", r)
	}
	if _, err := (&Plimsoll{Binary: script}).Check(dir, []string{"nowhere.yaml"}); err == nil {
		t.Error("a run that fails is no error")
	}
}

func TestPage(t *testing.T) {
	page := Page{Date: "2024-02-29", Kubernetes: "1.37.2", Plimsoll: "plimsoll 0.1.0", Seed: 1, Sections: []Section{{Name: "made", Result: *Compare(load(t))}}}
	text := page.Markdown()
	for _, part := range []string{"on 2024-02-29: plimsoll 0.1.0 against kube-apiserver 1.37.2", "| made | 11 | 72.73 % | 6 of 8 (75.0 %)", "| ConfigMap | 1 | 0.0 % | 0 | 1 |", "| 1 | missed | `Pod spec.containers.name` | `FieldValueDuplicate` |"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}
