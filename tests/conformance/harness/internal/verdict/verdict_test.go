package verdict

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"
)

func TestWithoutCEL(t *testing.T) {
	got, err := WithoutCEL([][]byte{[]byte(`{"a":[{"x-kubernetes-validations":[1],"b":12345678901234567890}]}`)})
	if err != nil || len(got) != 1 || string(got[0]) != `{"a":[{"b":12345678901234567890}]}` {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestPlace(t *testing.T) {
	two := 2
	for _, test := range []struct {
		record    Record
		doc, item int
	}{
		{Record{Doc: 3}, 3, -1},
		{Record{Doc: 3, Item: &two}, 3, 2},
		{Record{Doc: 300001}, 3, 1},
	} {
		if doc, item := test.record.Place(); doc != test.doc || item != test.item {
			t.Errorf("got %d %d, want %d %d", doc, item, test.doc, test.item)
		}
	}
}

func TestFilesAndRecords(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a/b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\nx: 1\n")
	write("a/c.txt", "no manifest\n")
	write("d.json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"}}`)
	files, err := Files([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	records, err := FromFiles(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 3 || records[0].File != "a/b.yaml" || !records[0].IsNamespace() || records[1].HasVerdict() || records[2].Namespace != "n" {
		t.Errorf("got %+v", records)
	}
}

func TestLinesSurviveCompression(t *testing.T) {
	for _, name := range []string{"x.ndjson", "x.ndjson.gz"} {
		path := filepath.Join(t.TempDir(), name)
		out, err := NewLineWriter(path)
		if err != nil {
			t.Fatal(err)
		}
		want := []Case{{ID: "1", Text: "<a>"}, {ID: "2", Ops: []string{"delete a"}}}
		for _, c := range want {
			if err := out.Write(c); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		var got []Case
		if err := ReadLines(path, func(c Case) error { got = append(got, c); return nil }); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestParallel(t *testing.T) {
	var sum atomic.Int64
	if err := Parallel(context.Background(), Inflight, 1000, func(_ context.Context, i int) error {
		sum.Add(int64(i))
		return nil
	}); err != nil || sum.Load() != 499500 {
		t.Errorf("got %d, %v", sum.Load(), err)
	}
	broken := errors.New("broken")
	if err := Parallel(context.Background(), Inflight, 1000, func(_ context.Context, i int) error {
		if i == 500 {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
