package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/controlplane"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// TestLive runs a whole control plane. It is skipped where build.sh has not
// left one, or where there is no etcd.
func TestLive(t *testing.T) {
	binaries := defaultBinaries()
	if _, err := os.Stat(filepath.Join(binaries, "kube-apiserver")); err != nil || testing.Short() {
		t.Skip("no control plane here")
	}
	ctx := context.Background()
	dir := t.TempDir()
	plane, err := controlplane.Start(ctx, controlplane.Options{
		Binaries: binaries, Dir: dir, Controllers: []string{"deployment", "replicaset", "endpointslice"},
	})
	if err != nil {
		if strings.Contains(err.Error(), "no etcd") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	defer plane.Stop()
	server, err := cluster.Connect(ctx, plane.Config())
	if err != nil {
		t.Fatal(err)
	}
	deployment := []byte(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},
		"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx"}]}}}}`)
	for _, step := range []struct {
		name     string
		do       func(context.Context, []byte) (cluster.Answer, error)
		input    []byte
		accepted bool
	}{
		{"dry run", server.DryRun, deployment, true},
		{"get what a dry run leaves", server.Get, deployment, false},
		{"create", server.Create, deployment, true},
		{"create again", server.Create, deployment, false},
		{"apply", server.Apply, deployment, true},
		{"dry run of an unknown field", server.DryRun, bytes.Replace(deployment, []byte(`"image"`), []byte(`"imag"`), 1), false},
	} {
		answer, err := step.do(ctx, step.input)
		if err != nil || answer.Accepted != step.accepted {
			t.Errorf("%s: %+v, %v", step.name, answer, err)
		}
	}
	// The controllers make a Pod of it.
	err = cluster.Poll(ctx, func() (bool, error) {
		pods, err := server.List(ctx, "v1", "Pod", "default")
		return len(pods) == 1, err
	})
	if err != nil {
		t.Error(err)
	}
	plane.Stop()
	if _, err := server.List(ctx, "v1", "Pod", ""); err == nil {
		t.Error("the server is still there")
	}
	if _, err := os.Stat(filepath.Join(dir, "etcd")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the data is still there")
	}
}

// TestCommittedManifests guards the manifests beside the harness: each is read
// as one object.
func TestCommittedManifests(t *testing.T) {
	for _, folder := range []string{"../kinds", "../crs"} {
		records, err := gather([]string{folder}, &verdictFlags{root: new(string)})
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %d records, %v", folder, len(records), err)
		}
		for _, record := range records {
			if record.Stage != "ok" || !json.Valid(record.Input) {
				t.Errorf("%s#%d: %s %s", record.File, record.Doc, record.Stage, record.Message)
			}
		}
	}
}

// TestOracleIsKubectl lets kubectl itself read odd files. It is skipped where
// build.sh has not left one.
func TestOracleIsKubectl(t *testing.T) {
	kubectl := filepath.Join(defaultBinaries(), "kubectl")
	if _, err := os.Stat(kubectl); err != nil {
		t.Skip("no kubectl here")
	}
	const a, b = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"
	const object = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"}}`
	for _, text := range []string{
		a, "---\n" + a, "---\n---\n" + a, a + "---\n---\n" + b, a + "--- # comment\n" + b, a + "--- text\n" + b, a + "...\n" + b,
		"# comment\n---\n" + a, a + "---\na: [\n---\n" + b, object + object, object + "\n---\n" + a, object + object + "\n---\n" + a, object + "]\n",
		"{apiVersion: v1, kind: Pod, metadata: {name: d}}", a + "kind: Node\n", "apiVersion: v1\n", "kind: Pod\napiVersion: a/b/c\n", "text\n",
		"apiVersion: v1\nkind: List\nitems:\n- " + object + "\n- " + object + "\n", "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: e}}]\n",
		"apiVersion: v1\nkind: Other\nitems: [" + object + "]\n", "apiVersion: v1\nkind: List\nitems: [{kind: List, items: []}]\n",
		a + "  x: \xff\n", a + "x: \xff\n", "\xef\xbb\xbf" + a, strings.ReplaceAll(a, "\n", "\r\n"), a + "y: 012\nz: 1_000\non: yes\n",
	} {
		file := filepath.Join(t.TempDir(), "m.yaml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, failed := exec.Command(kubectl, "annotate", "--local", "--overwrite", "-f", file, "seen=yes", "-o", "json").Output()
		var theirs, ours []string
		decoder := json.NewDecoder(bytes.NewReader(out))
		for {
			var object map[string]any
			if err := decoder.Decode(&object); err != nil {
				break
			}
			theirs = append(theirs, fmt.Sprint(object["kind"], object["metadata"].(map[string]any)["name"], object["y"], object["z"], object["true"], object["x"]))
		}
		complained := false
		for _, row := range kubectlread.Read([]byte(text)) {
			if row.Stage != kubectlread.StageOK && row.Stage != kubectlread.StageStrict {
				complained = complained || row.Stage != kubectlread.StageEmpty
				if row.Stage == kubectlread.StageYAML {
					break // kubectl reads no further
				}
				continue
			}
			var object map[string]any
			if err := json.Unmarshal(row.Input, &object); err != nil {
				t.Fatal(err)
			}
			ours = append(ours, fmt.Sprint(object["kind"], object["metadata"].(map[string]any)["name"], object["y"], object["z"], object["true"], object["x"]))
		}
		if !slices.Equal(theirs, ours) || complained != (failed != nil) {
			t.Errorf("%q: kubectl reads %q (%v), the oracle %q (%v)", text, theirs, failed, ours, complained)
		}
	}
}
