package normal

import (
	"os"
	"path/filepath"
	"testing"

	"plimsoll.dev/conformance/internal/verdict"
)

// TestCompare lets a stand-in for plimsoll write each object back as it came,
// but for one file, of which it writes nothing.
func TestCompare(t *testing.T) {
	script := filepath.Join(t.TempDir(), "plimsoll")
	err := os.WriteFile(script, []byte("#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nfor f; do grep -v skipped \"$f\"; echo; done\nexit 1\n"), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	record := func(kind, input, object string) verdict.Record {
		return verdict.Record{Accepted: true, APIVersion: "v1", Kind: kind, Input: []byte(input), Object: []byte(object)}
	}
	result, err := Compare(script, nil, []verdict.Record{
		record("Service", `{"kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":1}]}}`,
			`{"kind":"Service","metadata":{"name":"a","uid":"x"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":1,"nodePort":30000}]},"status":{}}`),
		record("Job", `{"kind":"Job","metadata":{"generateName":"a-"},"spec":{"selector":{"matchLabels":{}}}}`,
			`{"kind":"Job","metadata":{"generateName":"a-","name":"a-x"},"spec":{"selector":{"matchLabels":{"job-name":"a-x","controller-uid":"u"}}}}`),
		record("ConfigMap", `{"kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"b"}}`, `{"kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"c"}}`),
		record("ConfigMap", `{"kind":"ConfigMap","metadata":{"name":"a"},"data":{"b":"1"}}`, `{"kind":"ConfigMap","metadata":{"name":"a"}}`),
		record("ConfigMap", `{"kind":"ConfigMap","metadata":{"name":"skipped"}}`, `{"kind":"ConfigMap","metadata":{"name":"skipped"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Cases != 5 || result.Equal != 2 {
		t.Errorf("%d of %d equal", result.Equal, result.Cases)
	}
	fields := map[string]bool{}
	for _, group := range result.Groups {
		fields[group.Field+": "+group.Ours+", "+group.Server] = true
	}
	for _, want := range []string{`ConfigMap data.a: "b", "c"`, `ConfigMap data: {"b":"1"}, (absent)`, `ConfigMap (nothing emitted): , `} {
		if !fields[want] {
			t.Errorf("no %q among %v", want, fields)
		}
	}
}
