package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A Resource is where the objects of a kind live.
type Resource struct {
	Group, Version, Plural string
	Namespaced             bool
	Verbs                  []string
}

// NoMatchError says that the server has no such kind.
type NoMatchError struct{ APIVersion, Kind string }

func (e NoMatchError) Error() string {
	return fmt.Sprintf("no matches for kind %q in version %q", e.Kind, e.APIVersion)
}

// Discover learns the server's kinds (again: after CRDs were made).
func (s *Server) Discover(ctx context.Context) error {
	kinds := map[metav1.GroupVersionKind]Resource{}
	var versions []schema.GroupVersion
	versions = append(versions, schema.GroupVersion{Version: "v1"})
	var groups metav1.APIGroupList
	if err := s.getInto(ctx, "/apis", &groups); err != nil {
		return err
	}
	for _, group := range groups.Groups {
		for _, version := range group.Versions {
			versions = append(versions, schema.GroupVersion{Group: group.Name, Version: version.Version})
		}
	}
	for _, version := range versions {
		var list metav1.APIResourceList
		err := s.getInto(ctx, root(version.Group, version.Version), &list)
		var status statusError
		if errors.As(err, &status) && (status.code == http.StatusNotFound || status.code == http.StatusServiceUnavailable) {
			continue // the group of a definition that is coming or going, or nobody serves it
		}
		if err != nil {
			return err
		}
		for _, found := range list.APIResources {
			if strings.Contains(found.Name, "/") {
				continue // a subresource
			}
			kind := metav1.GroupVersionKind{Group: version.Group, Version: version.Version, Kind: found.Kind}
			kinds[kind] = Resource{
				Group: version.Group, Version: version.Version, Plural: found.Name,
				Namespaced: found.Namespaced, Verbs: found.Verbs,
			}
		}
	}
	s.lock.Lock()
	s.kinds = kinds
	s.lock.Unlock()
	return nil
}

// Kinds are the kinds that can be created, sorted.
func (s *Server) Kinds() []metav1.GroupVersionKind {
	s.lock.RLock()
	defer s.lock.RUnlock()
	var kinds []metav1.GroupVersionKind
	for kind, resource := range s.kinds {
		if slices.Contains(resource.Verbs, "create") {
			kinds = append(kinds, kind)
		}
	}
	slices.SortFunc(kinds, func(a, b metav1.GroupVersionKind) int { return strings.Compare(a.String(), b.String()) })
	return kinds
}

// A statusError is an answer that is no success.
type statusError struct {
	code          int
	path, message string
}

func (e statusError) Error() string {
	return fmt.Sprintf("GET %s: %d %s", e.path, e.code, e.message)
}

func (s *Server) getInto(ctx context.Context, path string, into any) error {
	answer, err := s.do(ctx, http.MethodGet, path, nil, "", nil)
	if err != nil {
		return err
	}
	if !answer.Accepted {
		return statusError{answer.Code, path, answer.Message}
	}
	return json.Unmarshal(answer.Object, into)
}

func (s *Server) resource(apiVersion, kind string) (Resource, error) {
	version, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return Resource{}, NoMatchError{apiVersion, kind}
	}
	s.lock.RLock()
	defer s.lock.RUnlock()
	resource, ok := s.kinds[metav1.GroupVersionKind{Group: version.Group, Version: version.Version, Kind: kind}]
	if !ok {
		return Resource{}, NoMatchError{apiVersion, kind}
	}
	return resource, nil
}

// path is where an object is created, or where it is.
func (s *Server) path(object []byte, named bool) (string, error) {
	id := Identify(object)
	resource, err := s.resource(id.APIVersion, id.Kind)
	if err != nil {
		return "", err
	}
	namespace := ""
	if resource.Namespaced {
		namespace = id.Namespace
		if namespace == "" {
			namespace = metav1.NamespaceDefault
		}
	}
	path := resource.collection(namespace)
	if named {
		path += "/" + url.PathEscape(id.Name)
	}
	return path, nil
}

func (r Resource) collection(namespace string) string {
	path := root(r.Group, r.Version)
	if namespace != "" {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	return path + "/" + r.Plural
}

func root(group, version string) string {
	if group == "" {
		return "/api/" + version
	}
	return "/apis/" + group + "/" + version
}

// An Identity is what an object says it is.
type Identity struct {
	APIVersion, Kind, Namespace, Name string
}

// Identify reads an object's identity. What is missing or of the wrong type
// stays empty: the server gets such objects as they are and says what it
// thinks of them.
func Identify(object []byte) Identity {
	var fields, metadata map[string]json.RawMessage
	_ = json.Unmarshal(object, &fields)
	_ = json.Unmarshal(fields["metadata"], &metadata)
	text := func(raw json.RawMessage) (value string) {
		_ = json.Unmarshal(raw, &value)
		return value
	}
	return Identity{
		APIVersion: text(fields["apiVersion"]),
		Kind:       text(fields["kind"]),
		Namespace:  text(metadata["namespace"]),
		Name:       text(metadata["name"]),
	}
}
