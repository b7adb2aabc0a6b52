// Package normal compares what plimsoll says a server would store with what a
// server did store, less what only a live server can know.
package normal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// decode reads JSON and keeps numbers as they are written.
func decode(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree map[string]any
	return tree, decoder.Decode(&tree)
}

// mask takes out of an object what the cluster decides. Whether its name is
// made by the server is known from the input alone.
func mask(object map[string]any, generated bool) {
	delete(object, "status")
	kind, _ := object["kind"].(string)
	metadata := child(object, "metadata")
	for _, key := range []string{"uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "selfLink"} {
		delete(metadata, key)
	}
	if generated {
		delete(metadata, "name")
	}
	spec := child(object, "spec")
	switch kind {
	case "Job":
		maskJob(object, generated)
	case "CertificateSigningRequest":
		for _, key := range []string{"username", "uid", "groups", "extra"} {
			delete(spec, key)
		}
	case "Service":
		for _, key := range []string{"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"} {
			delete(spec, key)
		}
		ports, _ := spec["ports"].([]any)
		for _, port := range ports {
			if port, ok := port.(map[string]any); ok {
				delete(port, "nodePort")
			}
		}
	}
}

// maskJob takes out the labels that name the Job's own uid, and those that name
// the Job where its name is made.
func maskJob(job map[string]any, generated bool) {
	keys := []string{"controller-uid", "batch.kubernetes.io/controller-uid"}
	if generated {
		keys = append(keys, "job-name", "batch.kubernetes.io/job-name")
	}
	spec := child(job, "spec")
	template := child(child(spec, "template"), "metadata")
	for _, at := range []struct {
		parent map[string]any
		field  string
	}{{child(job, "metadata"), "labels"}, {template, "labels"}, {child(spec, "selector"), "matchLabels"}} {
		labels := child(at.parent, at.field)
		for _, key := range keys {
			delete(labels, key)
		}
		if len(labels) == 0 {
			delete(at.parent, at.field)
		}
	}
}

// child is a field that is an object; a nil map can be read and deleted from.
func child(object map[string]any, key string) map[string]any {
	found, _ := object[key].(map[string]any)
	return found
}

// named says whether an object brings its own name.
func named(input map[string]any) bool {
	name, _ := child(input, "metadata")["name"].(string)
	return name != ""
}

// A gap is one place where two values differ.
type gap struct{ field, ours, server string }

// gaps finds where two values differ, in the order of the keys.
func gaps(path string, server, ours any) []gap {
	switch server := server.(type) {
	case map[string]any:
		if ours, ok := ours.(map[string]any); ok {
			return objectGaps(path, server, ours)
		}
	case []any:
		if ours, ok := ours.([]any); ok && len(ours) == len(server) {
			var found []gap
			for i := range server {
				found = append(found, gaps(path+"[]", server[i], ours[i])...)
			}
			return found
		}
	default:
		if server == ours {
			return nil
		}
	}
	return []gap{{path, brief(ours), brief(server)}}
}

const absent = "(absent)"

func objectGaps(path string, server, ours map[string]any) []gap {
	var found []gap
	for _, key := range keysOf(server, ours) {
		a, inServer := server[key]
		b, inOurs := ours[key]
		below := strings.TrimPrefix(path+"."+key, ".")
		switch {
		case !inOurs:
			found = append(found, gap{below, absent, brief(a)})
		case !inServer:
			found = append(found, gap{below, brief(b), absent})
		default:
			found = append(found, gaps(below, a, b)...)
		}
	}
	return found
}

func keysOf(a, b map[string]any) []string {
	var keys []string
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, both := a[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func brief(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	const limit = 100
	if len(data) > limit {
		return strings.ToValidUTF8(string(data[:limit]), "") + "…"
	}
	return string(data)
}
