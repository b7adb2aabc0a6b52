package mutate

import (
	"encoding/json"
	"fmt"
	"strings"
)

// transplantSame puts another object's value of the same key here: a probe
// for a probe, a selector for a selector.
func transplantSame(c *change) string {
	target, ok := c.place(isField)
	if !ok {
		return ""
	}
	for range 8 {
		other := pick(c.random, c.others)
		var found []slot
		for _, s := range slots(other.tree, nil) {
			if isField(s) && s.key == target.key && s.depth > 0 {
				found = append(found, s)
			}
		}
		if len(found) > 0 {
			from := pick(c.random, found)
			target.set(clone(from.get()))
			return fmt.Sprintf("%s <- %s %s", target.path, other.name, from.path)
		}
	}
	return ""
}

// graft adds a field of another object to an object here, which does not have
// it. Half of the time the two lie under the same key, so that the field may
// well belong there.
func graft(c *change) string {
	targets := c.places(func(s slot) bool { _, ok := s.get().(object); return ok })
	if len(targets) == 0 {
		return ""
	}
	for range 12 {
		target := pick(c.random, targets)
		into := target.get().(object)
		other := pick(c.random, c.others)
		alike := c.random.IntN(4) > 0
		var found []slot
		for _, s := range slots(other.tree, nil) {
			if _, has := into[s.key]; !isField(s) || has || s.depth == 0 {
				continue
			}
			if !alike || lastKey(s.path, 1) == lastKey(target.path, 0) {
				found = append(found, s)
			}
		}
		if len(found) > 0 {
			from := pick(c.random, found)
			into[from.key] = clone(from.get())
			return fmt.Sprintf("%s <- %s %s", childPath(target.path, from.key), other.name, from.path)
		}
	}
	return ""
}

// lastKey gives a path's key, counted from the end, without list indices.
func lastKey(path string, fromEnd int) string {
	keys := strings.Split(path, ".")
	if len(keys) <= fromEnd {
		return ""
	}
	key, _, _ := strings.Cut(keys[len(keys)-1-fromEnd], "[")
	return key
}

// changeMetadata sets one of the fields that every object has to something
// at the edge of what is allowed.
func changeMetadata(c *change) string {
	metadata, ok := c.root["metadata"].(object)
	if !ok {
		return ""
	}
	name := pick(c.random, oddNames)
	label := func(value any) any { return object{name: value} }
	owner := func(changes object) any {
		reference := object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "owner", "uid": "3f2a7c1e-0000-4000-8000-000000000001"}
		for key, value := range changes {
			reference[key] = value
		}
		return &list{items: []any{reference}}
	}
	choices := []struct {
		key   string
		value any
	}{
		{"name", name}, {"name", name}, {"name", nil}, {"name", json.Number("7")},
		{"generateName", name}, {"generateName", "prefix-"}, {"generateName", strings.Repeat("a", 70)},
		{"namespace", pick(c.random, []string{"default", "", "kube-system", "team-a"})},
		{"labels", label("value")}, {"labels", object{"app": name}}, {"labels", label(nil)}, {"labels", object{"app": json.Number("1")}}, {"labels", object{"app": true}},
		{"annotations", label("any text: 1")}, {"annotations", object{"a": json.Number("1")}}, {"annotations", object{"a": strings.Repeat("x", 262145)}},
		{"annotations", object{"note": strings.Repeat("x", 1000)}}, {"annotations", nil}, {"labels", &list{}},
		{"finalizers", &list{items: []any{name}}}, {"finalizers", &list{items: []any{"example.com/keep"}}}, {"finalizers", &list{items: []any{"kubernetes"}}},
		{"ownerReferences", owner(nil)}, {"ownerReferences", owner(object{"uid": ""})}, {"ownerReferences", owner(object{"name": ""})},
		{"ownerReferences", owner(object{"apiVersion": "v1", "kind": "Event"})}, {"ownerReferences", owner(object{"apiVersion": "a/b/c"})},
		{"ownerReferences", owner(object{"controller": true, "blockOwnerDeletion": "yes"})},
		{"creationTimestamp", nil}, {"creationTimestamp", pick(c.random, oddTimes)}, {"deletionGracePeriodSeconds", json.Number("-1")},
		{"uid", name}, {"resourceVersion", pick(c.random, []string{"", "1", "x"})}, {"generation", json.Number("-1")}, {"generation", json.Number("3")},
		{"managedFields", &list{items: []any{object{"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": object{}}}}},
		{"managedFields", &list{items: []any{object{"manager": "m", "operation": "Upsert"}}}},
		{"clusterName", "here"}, {"selfLink", "/x"}, {"label", object{"a": "b"}},
	}
	choice := pick(c.random, choices)
	metadata[choice.key] = choice.value
	return fmt.Sprintf("metadata.%s = %s", choice.key, brief(choice.value))
}

// changeIdentity changes what the object says it is.
func changeIdentity(c *change) string {
	other := pick(c.random, c.others)
	switch c.random.IntN(5) {
	case 0:
		c.root["kind"] = typo(c.random, fmt.Sprint(c.root["kind"]))
	case 1:
		c.root["apiVersion"] = other.tree["apiVersion"]
	case 2:
		c.root["kind"] = other.tree["kind"]
	case 3:
		c.root["apiVersion"] = pick(c.random, []string{"v1", "v2", "apps/v1beta1", "extensions/v1beta1", "batch/v1beta1", "apps/v1/x", "v1alpha1", "networking.k8s.io/v1beta1"})
	default:
		c.root["kind"], c.root["apiVersion"] = other.tree["kind"], other.tree["apiVersion"]
	}
	return fmt.Sprintf("%v %v", c.root["apiVersion"], c.root["kind"])
}
