package cluster

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// answers is a stand-in for an API server: a body for each path.
func answers(t *testing.T, bodies map[string]string) *Server {
	t.Helper()
	stand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "404 page not found\n")
			return
		}
		w.Header().Add("Warning", `299 - "mind this"`)
		if strings.Contains(body, `"kind":"Status"`) {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(stand.Close)
	server, err := Connect(context.Background(), &rest.Config{Host: stand.URL})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

var discovery = map[string]string{
	"GET /apis": `{"groups":[{"name":"example.com","versions":[{"version":"v1"}]}]}`,
	"GET /api/v1": `{"resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["create"]},
		{"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]},{"name":"nodes","kind":"Node","verbs":["create","list"]}]}`,
	"GET /apis/example.com/v1": `{"resources":[{"name":"things","kind":"Thing","namespaced":true,"verbs":["get"]}]}`,
}

func with(more map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{discovery, more} {
		for key, value := range part {
			all[key] = value
		}
	}
	return all
}

func TestAnswers(t *testing.T) {
	server := answers(t, with(map[string]string{
		"POST /api/v1/nodes": `{"kind":"Node"}`,
		"POST /api/v1/namespaces/default/pods": `{"kind":"Status","reason":"Invalid","message":"bad",
			"details":{"causes":[{"field":"spec","reason":"FieldValueRequired","message":"Required value"}]}}`,
		"GET /api/v1/nodes": `{"items":[{"a":1},{"a":2}]}`,
	}))
	ctx := context.Background()
	accepted, err := server.DryRun(ctx, []byte(`{"apiVersion":"v1","kind":"Node","metadata":{"namespace":"ignored"}}`))
	if err != nil || !accepted.Accepted || len(accepted.Warnings) != 1 || accepted.Warnings[0] != "mind this" {
		t.Errorf("got %+v, %v", accepted, err)
	}
	refused, err := server.Create(ctx, []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":7}}`))
	if err != nil || refused.Accepted || refused.Reason != "Invalid" || len(refused.Causes) != 1 || refused.Causes[0].Field != "spec" {
		t.Errorf("got %+v, %v", refused, err)
	}
	plain, err := server.Create(ctx, []byte(`{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"namespace":"a/b"}}`))
	if err != nil || plain.Accepted || plain.Code != http.StatusNotFound || plain.Message != "404 page not found" {
		t.Errorf("got %+v, %v", plain, err)
	}
	if _, err := server.DryRun(ctx, []byte(`{"apiVersion":"v1","kind":"Things"}`)); err != (NoMatchError{"v1", "Things"}) {
		t.Errorf("got %v", err)
	}
	items, err := server.List(ctx, "v1", "Node", "")
	if err != nil || len(items) != 2 {
		t.Errorf("got %s, %v", items, err)
	}
	if kinds := server.Kinds(); len(kinds) != 2 {
		t.Errorf("got %v", kinds)
	}
}

func TestIdentify(t *testing.T) {
	for text, want := range map[string]Identity{
		`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"b"}}`: {"v1", "Pod", "b", "a"},
		`{"apiVersion":1,"kind":["Pod"],"metadata":"x"}`:                           {},
		`[]`: {},
	} {
		if got := Identify(json.RawMessage(text)); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
