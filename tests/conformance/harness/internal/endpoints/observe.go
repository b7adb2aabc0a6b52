package endpoints

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"plimsoll.dev/conformance/internal/cluster"
)

// Controllers are those that have to run: what makes Pods, and what makes
// slices of them.
var Controllers = []string{"deployment", "replicaset", "replicationcontroller", "statefulset",
	"daemonset", "job", "cronjob", "endpointslice"}

// An Observer applies sets and reads what the controllers made of them. It
// stands in for scheduler and kubelet, which are not there.
type Observer struct {
	server *cluster.Server
	nodes  []string
	pods   int // that are through
	spaces map[string]bool
}

// NewObserver makes the nodes that Pods will run on.
func NewObserver(ctx context.Context, server *cluster.Server) (*Observer, error) {
	o := &Observer{server: server, nodes: []string{"node-1", "node-2"}, spaces: map[string]bool{}}
	for _, name := range o.nodes {
		node := []byte(`{"apiVersion":"v1","kind":"Node","metadata":{"name":"` + name + `"}}`)
		if _, err := server.Create(ctx, node); err != nil {
			return nil, err
		}
		// A new node is tainted until its kubelet speaks up.
		answer, err := server.Patch(ctx, node, []byte(`{"spec":{"taints":null}}`))
		if err != nil || !answer.Accepted {
			return nil, fmt.Errorf("node %s: %s %w", name, answer.Message, err)
		}
	}
	return o, nil
}

// Observe applies the sets, waits until every Pod that will come is running
// and the slices rest, and notes what each Service has.
func (o *Observer) Observe(ctx context.Context, sets []Set) error {
	wanted := 0
	given := map[string]object{} // Pods by namespace and name
	for i := range sets {
		objects, err := sets[i].objects()
		if err != nil {
			return err
		}
		for _, one := range objects {
			if err := o.create(ctx, &sets[i], one); err != nil {
				return err
			}
			if one.text("kind") == "Pod" {
				given[key(one)] = one
			}
			wanted += o.podsOf(one)
		}
	}
	err := cluster.Poll(ctx, func() (bool, error) {
		running, err := o.runPods(ctx, given)
		return running >= o.pods+wanted, err
	})
	if err != nil {
		return fmt.Errorf("waiting for %d Pods: %w", wanted, err)
	}
	o.pods += wanted
	if err := o.rest(ctx); err != nil {
		return err
	}
	return o.read(ctx, sets)
}

// Remove deletes the Services of a set, so that the next may have their ports.
func (o *Observer) Remove(ctx context.Context, set *Set) error {
	objects, err := set.objects()
	for _, one := range objects {
		if err == nil && one.text("kind") == "Service" {
			_, err = o.server.Delete(ctx, one.bytes())
		}
	}
	return err
}

func (o *Observer) create(ctx context.Context, set *Set, one object) error {
	if namespace := one.text("metadata", "namespace"); !o.spaces[namespace] {
		if err := o.server.CreateNamespace(ctx, namespace); err != nil {
			return err
		}
		o.spaces[namespace] = true
	}
	answer, err := o.server.Create(ctx, one.bytes())
	if err != nil {
		return err
	}
	if !answer.Accepted {
		return fmt.Errorf("%s: %s %s: %s", set.Name, one.text("kind"), key(one), answer.Message)
	}
	if one.text("kind") == "Service" {
		set.Services = append(set.Services, Service{
			Namespace: one.text("metadata", "namespace"), Name: one.text("metadata", "name"), Endpoints: []string{},
		})
	}
	return nil
}

// podsOf says how many Pods the controllers will make of an object.
func (o *Observer) podsOf(one object) int {
	switch one.text("kind") {
	case "Pod":
		return 1
	case "Deployment":
		if one.at("spec", "paused") == true {
			return 0
		}
		return one.number(1, "spec", "replicas")
	case "ReplicaSet", "ReplicationController", "StatefulSet":
		return one.number(1, "spec", "replicas")
	case "DaemonSet":
		return len(o.nodes)
	case "Job":
		if one.at("spec", "suspend") == true {
			return 0
		}
		parallelism := one.number(1, "spec", "parallelism")
		return min(parallelism, one.number(max(parallelism, 1), "spec", "completions"))
	}
	return 0
}

// runPods does a scheduler's and a kubelet's work on every Pod that waits for
// it, and says how many are through.
func (o *Observer) runPods(ctx context.Context, given map[string]object) (int, error) {
	items, err := o.server.List(ctx, "v1", "Pod", "")
	if err != nil {
		return 0, err
	}
	done := 0
	for i, item := range items {
		pod, err := parse(item)
		if err != nil {
			return 0, err
		}
		if pod.text("metadata", "annotations", seen) != "" {
			done++
			continue
		}
		if err := o.runPod(ctx, pod, given[key(pod)], i); err != nil {
			return 0, err
		}
	}
	return done, nil
}

// seen marks the Pods that are through.
const seen = "plimsoll.dev/seen"

func (o *Observer) runPod(ctx context.Context, pod, given object, number int) error {
	pod["apiVersion"], pod["kind"] = "v1", "Pod" // which the items of a list leave out
	if pod.text("spec", "nodeName") == "" {
		if answer, err := o.server.Bind(ctx, pod.bytes(), o.nodeFor(pod, number)); err != nil || !answer.Accepted {
			return fmt.Errorf("bind %s: %s %w", key(pod), answer.Message, err)
		}
	}
	status, ok := given.at("status").(map[string]any)
	if !ok || len(status) == 0 {
		address := "10.1." + strconv.Itoa(number/250) + "." + strconv.Itoa(number%250+1)
		status = map[string]any{
			"phase": "Running", "podIP": address, "podIPs": []any{map[string]any{"ip": address}},
			"conditions": []any{map[string]any{"type": "Ready", "status": "True"}},
		}
	}
	patch := object{"status": status}
	if answer, err := o.server.PatchStatus(ctx, pod.bytes(), patch.bytes()); err != nil || !answer.Accepted {
		return fmt.Errorf("status of %s: %s %w", key(pod), answer.Message, err)
	}
	mark := object{"metadata": map[string]any{"annotations": map[string]any{seen: "yes"}}}
	answer, err := o.server.Patch(ctx, pod.bytes(), mark.bytes())
	if err == nil && !answer.Accepted {
		err = fmt.Errorf("mark %s: %s", key(pod), answer.Message)
	}
	return err
}

// nodeFor is the node that a DaemonSet asks for, or any.
func (o *Observer) nodeFor(pod object, number int) string {
	const required = "requiredDuringSchedulingIgnoredDuringExecution"
	for _, term := range pod.list("spec", "affinity", "nodeAffinity", required, "nodeSelectorTerms") {
		for _, field := range term.list("matchFields") {
			if values, ok := field["values"].([]any); ok && field["key"] == "metadata.name" {
				return fmt.Sprint(values[0])
			}
		}
	}
	return o.nodes[number%len(o.nodes)]
}

// restPolls is for how many polls nothing may have changed.
const restPolls = 60

// rest waits until the slices have stayed the same for a while, behind a
// Service that was made after all others.
func (o *Observer) rest(ctx context.Context) error {
	if _, err := o.server.Create(ctx, []byte(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"last-of-all-`+
		strconv.Itoa(o.pods)+`"},"spec":{"selector":{"app":"none"},"ports":[{"port":1}]}}`)); err != nil {
		return err
	}
	var before map[string]string
	same := 0
	return cluster.Poll(ctx, func() (bool, error) {
		slicesNow, err := o.slices(ctx)
		if err != nil {
			return false, err
		}
		now, last := map[string]string{}, false
		for _, slice := range slicesNow {
			now[key(slice)] = slice.text("metadata", "resourceVersion")
			last = last || slice.text("metadata", "labels", serviceName) == "last-of-all-"+strconv.Itoa(o.pods)
		}
		equal := len(now) == len(before)
		for name, version := range now {
			equal = equal && before[name] == version
		}
		before = now
		same++
		if !equal || !last {
			same = 0
		}
		return same >= restPolls, nil
	})
}

const (
	serviceName = "kubernetes.io/service-name"
	managedBy   = "endpointslice.kubernetes.io/managed-by"
	controller  = "endpointslice-controller.k8s.io"
)

// slices are those that the controller wrote.
func (o *Observer) slices(ctx context.Context) ([]object, error) {
	items, err := o.server.List(ctx, "discovery.k8s.io/v1", "EndpointSlice", "")
	if err != nil {
		return nil, err
	}
	var all []object
	for _, item := range items {
		one, err := parse(item)
		if err != nil {
			return nil, err
		}
		if one.text("metadata", "labels", managedBy) == controller {
			all = append(all, one)
		}
	}
	return all, nil
}

// read notes the endpoints of every Service of the sets.
func (o *Observer) read(ctx context.Context, sets []Set) error {
	owners, err := o.owners(ctx)
	if err != nil {
		return err
	}
	found := map[string][]string{}
	all, err := o.slices(ctx)
	if err != nil {
		return err
	}
	for _, slice := range all {
		namespace := slice.text("metadata", "namespace")
		ports := portsOf(slice)
		service := namespace + "/" + slice.text("metadata", "labels", serviceName)
		for _, endpoint := range slice.list("endpoints") {
			owner, ok := owners[namespace+"/"+endpoint.text("targetRef", "name")]
			if !ok {
				return fmt.Errorf("%s: an endpoint without a Pod: %v", service, endpoint)
			}
			found[service] = append(found[service], describe(owner.kind, owner.name, ports))
		}
	}
	for i := range sets {
		for j := range sets[i].Services {
			service := &sets[i].Services[j]
			service.Endpoints = unique(found[service.Namespace+"/"+service.Name])
		}
	}
	return nil
}

func portsOf(slice object) []port {
	var ports []port
	for _, p := range slice.list("ports") {
		ports = append(ports, port{
			name: p.text("name"), protocol: p.text("protocol"),
			appProtocol: p.text("appProtocol"), number: p.number(0, "port"),
		})
	}
	return ports
}

type owner struct{ kind, name string }

// owners says for each Pod what in the set it comes from.
func (o *Observer) owners(ctx context.Context) (map[string]owner, error) {
	above := map[string]owner{}
	all := map[string]owner{}
	for _, kind := range []struct{ apiVersion, kind string }{{"apps/v1", "ReplicaSet"}, {"v1", "Pod"}} {
		items, err := o.server.List(ctx, kind.apiVersion, kind.kind, "")
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			one, err := parse(item)
			if err != nil {
				return nil, err
			}
			from := owner{kind.kind, one.text("metadata", "name")}
			namespace := one.text("metadata", "namespace")
			references := one.list("metadata", "ownerReferences")
			if i := slices.IndexFunc(references, func(r object) bool { return r["controller"] == true }); i >= 0 {
				from = owner{references[i].text("kind"), references[i].text("name")}
			}
			if higher, ok := above[namespace+"/"+from.name]; ok && from.kind == "ReplicaSet" {
				from = higher
			}
			if kind.kind == "ReplicaSet" {
				above[namespace+"/"+one.text("metadata", "name")] = from
			} else {
				all[key(one)] = from
			}
		}
	}
	return all, nil
}

func key(o object) string { return o.text("metadata", "namespace") + "/" + o.text("metadata", "name") }
