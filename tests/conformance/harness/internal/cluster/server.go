// Package cluster is a small client for an API server that keeps everything
// the server says: the Status of a refusal with its causes, the warnings, the
// object as it would be stored. It sends bytes as they are, because what the
// server makes of odd input is what the harness wants to know.
package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/rest"
)

// FieldManager is the name under which the harness writes.
const FieldManager = "harness"

// A Server is an API server. Its methods may be called from many goroutines.
type Server struct {
	host   string
	client *http.Client

	lock  sync.RWMutex
	kinds map[metav1.GroupVersionKind]Resource
}

// An Answer is what the server said to one request.
type Answer struct {
	Code     int
	Accepted bool
	Reason   string
	Message  string
	Causes   []Cause
	Warnings []string
	Object   json.RawMessage // on success
}

// A Cause is one of the errors of a refusal.
type Cause struct {
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// Connect makes a client and learns which kinds the server has.
func Connect(ctx context.Context, config *rest.Config) (*Server, error) {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	s := &Server{host: config.Host, client: client}
	return s, s.Discover(ctx)
}

// Create creates an object for real.
func (s *Server) Create(ctx context.Context, object []byte) (Answer, error) {
	return s.post(ctx, object, url.Values{"fieldManager": {FieldManager}})
}

// DryRun asks for the verdict on a new object and changes nothing.
func (s *Server) DryRun(ctx context.Context, object []byte) (Answer, error) {
	return s.post(ctx, object, url.Values{
		"fieldManager":    {FieldManager},
		"dryRun":          {metav1.DryRunAll},
		"fieldValidation": {metav1.FieldValidationStrict},
	})
}

// Apply is server-side apply, with force.
func (s *Server) Apply(ctx context.Context, object []byte) (Answer, error) {
	path, err := s.path(object, true)
	if err != nil {
		return Answer{}, err
	}
	query := url.Values{"fieldManager": {FieldManager}, "force": {"true"}}
	return s.do(ctx, http.MethodPatch, path, query, "application/apply-patch+yaml", object)
}

// Patch merges a patch into an object.
func (s *Server) Patch(ctx context.Context, object, patch []byte) (Answer, error) {
	path, err := s.path(object, true)
	if err != nil {
		return Answer{}, err
	}
	return s.do(ctx, http.MethodPatch, path, nil, "application/merge-patch+json", patch)
}

// Bind puts a Pod on a node, as a scheduler does.
func (s *Server) Bind(ctx context.Context, pod []byte, node string) (Answer, error) {
	path, err := s.path(pod, true)
	if err != nil {
		return Answer{}, err
	}
	binding := []byte(`{"apiVersion":"v1","kind":"Binding","metadata":{"name":"` + Identify(pod).Name +
		`"},"target":{"kind":"Node","name":"` + node + `"}}`)
	return s.do(ctx, http.MethodPost, path+"/binding", nil, "application/json", binding)
}

// PatchStatus merges a patch into an object's status.
func (s *Server) PatchStatus(ctx context.Context, object, patch []byte) (Answer, error) {
	path, err := s.path(object, true)
	if err != nil {
		return Answer{}, err
	}
	return s.do(ctx, http.MethodPatch, path+"/status", nil, "application/merge-patch+json", patch)
}

// Delete deletes an object at once.
func (s *Server) Delete(ctx context.Context, object []byte) (Answer, error) {
	path, err := s.path(object, true)
	if err != nil {
		return Answer{}, err
	}
	return s.do(ctx, http.MethodDelete, path, url.Values{"gracePeriodSeconds": {"0"}}, "", nil)
}

// Get reads the live form of an object.
func (s *Server) Get(ctx context.Context, object []byte) (Answer, error) {
	path, err := s.path(object, true)
	if err != nil {
		return Answer{}, err
	}
	return s.do(ctx, http.MethodGet, path, nil, "", nil)
}

// List reads all objects of a kind in a namespace, or in all of them.
func (s *Server) List(ctx context.Context, apiVersion, kind, namespace string) ([]json.RawMessage, error) {
	resource, err := s.resource(apiVersion, kind)
	if err != nil {
		return nil, err
	}
	answer, err := s.do(ctx, http.MethodGet, resource.collection(namespace), nil, "", nil)
	if err != nil {
		return nil, err
	}
	if !answer.Accepted {
		return nil, fmt.Errorf("list %s: %s", kind, answer.Message)
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	return list.Items, json.Unmarshal(answer.Object, &list)
}

// Alive says whether the server still answers at all.
func (s *Server) Alive(ctx context.Context) bool {
	answer, err := s.do(ctx, http.MethodGet, "/livez", nil, "", nil)
	return err == nil && answer.Accepted
}

func (s *Server) post(ctx context.Context, object []byte, query url.Values) (Answer, error) {
	path, err := s.path(object, false)
	if err != nil {
		return Answer{}, err
	}
	return s.do(ctx, http.MethodPost, path, query, "application/json", object)
}

// tries bounds how often a request is repeated that the server was too busy
// to look at.
const tries = 10

// do sends one request. An error means that there is no answer; a refusal is
// an answer.
func (s *Server) do(ctx context.Context, method, path string, query url.Values, contentType string, body []byte) (Answer, error) {
	var answer Answer
	for try := 0; ; try++ {
		request, err := http.NewRequestWithContext(ctx, method, s.host+path+"?"+query.Encode(), bytes.NewReader(body))
		if err != nil {
			return Answer{}, err
		}
		request.Header.Set("Accept", "application/json")
		if contentType != "" {
			request.Header.Set("Content-Type", contentType)
		}
		response, err := s.client.Do(request)
		if err != nil {
			return Answer{}, err
		}
		answer, err = readAnswer(response)
		if err != nil {
			return Answer{}, err
		}
		if answer.Code != http.StatusTooManyRequests || try == tries {
			return answer, nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

func readAnswer(response *http.Response) (Answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Code: response.StatusCode}
	warnings, _ := utilnet.ParseWarningHeaders(response.Header["Warning"])
	for _, warning := range warnings {
		answer.Warnings = append(answer.Warnings, warning.Text)
	}
	if response.StatusCode < 300 {
		answer.Accepted = true
		answer.Object = body
		return answer, nil
	}
	var status metav1.Status
	if err := json.Unmarshal(body, &status); err != nil {
		// Some refusals come from the HTTP layer and are plain text.
		answer.Message = strings.TrimSpace(string(body))
		return answer, nil
	}
	answer.Reason = string(status.Reason)
	answer.Message = status.Message
	if status.Details != nil {
		for _, cause := range status.Details.Causes {
			answer.Causes = append(answer.Causes, Cause{Field: cause.Field, Reason: string(cause.Type), Message: cause.Message})
		}
	}
	return answer, nil
}
