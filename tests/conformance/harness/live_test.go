package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/controlplane"
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
