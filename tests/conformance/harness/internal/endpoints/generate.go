package endpoints

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"sigs.k8s.io/yaml"
)

// Generate makes sets of Services, Pods and workloads. A set follows from the
// seed and its number alone. Words are few, so that selectors often meet
// labels, and nearly as often just miss them.
func Generate(seed uint64, count int) []Set {
	sets := make([]Set, 0, count)
	for i := range count {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		g.namespace = fmt.Sprintf("set-%d", i)
		sets = append(sets, Set{Name: fmt.Sprintf("set-%03d", i), Namespace: g.namespace, Text: g.set()})
	}
	return sets
}

type generator struct {
	*rand.Rand
	namespace string
	docs      []string
	count     int // of objects, for names
	names     []string
	sets      []string // names of StatefulSets and Jobs, whose Pods get labels of their own
}

type tree = map[string]any

func one[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) chance(of int) bool { return g.IntN(of) == 0 }

func (g *generator) set() string {
	makers := []func(){g.pod, g.pod, g.workload, g.workload, g.service, g.service, g.service}
	order := []func(){g.workload, g.service, g.pod}
	for range 3 + g.IntN(9) {
		order = append(order, one(g, makers...))
	}
	g.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, make := range order {
		make()
	}
	return strings.Join(g.docs, "---\n")
}

func (g *generator) add(apiVersion, kind, name string, labels tree, more tree) {
	metadata := tree{"name": name}
	if len(labels) > 0 {
		metadata["labels"] = labels
	}
	switch g.IntN(5) {
	case 0:
		metadata["namespace"] = g.namespace + "-b"
	case 1:
		metadata["namespace"] = g.namespace
	}
	object := tree{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}
	for key, value := range more {
		object[key] = value
	}
	text, err := yaml.Marshal(object)
	if err != nil {
		panic(err)
	}
	g.docs = append(g.docs, string(text))
}

func (g *generator) name(start string) string {
	g.count++
	return fmt.Sprintf("%s-%d", start, g.count)
}

// ---- labels and selectors ----

func (g *generator) labels() tree {
	labels := tree{}
	if !g.chance(8) {
		labels["app"] = one(g, "web", "api", "db")
	}
	if g.chance(2) {
		labels["tier"] = one(g, "front", "back")
	}
	if g.chance(3) {
		labels["track"] = one(g, "stable", "canary", "")
	}
	return labels
}

func (g *generator) selector() tree {
	selector := tree{}
	switch g.IntN(12) {
	case 0:
		if len(g.names) > 0 {
			selector["name"] = one(g, g.names...)
		}
	case 1:
		if len(g.sets) > 0 {
			g.ownLabel(selector)
		}
	case 2:
		selector["tier"] = one(g, "front", "back")
	case 3:
		selector["track"] = one(g, "stable", "canary", "")
		selector["app"] = one(g, "web", "api", "db")
	}
	if len(selector) == 0 {
		selector["app"] = one(g, "web", "api", "db")
		if g.chance(4) {
			selector["tier"] = one(g, "front", "back")
		}
	}
	return selector
}

// ownLabel asks for a label that only a controller sets.
func (g *generator) ownLabel(selector tree) {
	name := one(g, g.sets...)
	if strings.HasPrefix(name, "job") {
		selector[one(g, "job-name", "batch.kubernetes.io/job-name")] = name
		return
	}
	if g.chance(3) {
		selector["name"], selector["apps.kubernetes.io/pod-index"] = name, fmt.Sprint(g.IntN(3))
		return
	}
	selector["statefulset.kubernetes.io/pod-name"] = fmt.Sprintf("%s-%d", name, g.IntN(3))
}

// ---- Pods ----

var portNames = []string{"http", "metrics", "admin", "dns", "grpc"}

func (g *generator) containerPorts(used map[string]bool) []any {
	var ports []any
	taken := map[string]bool{}
	for range g.IntN(4) {
		number, protocol := one(g, 53, 80, 443, 8080, 9090, 9100), one(g, "TCP", "TCP", "TCP", "UDP", "SCTP", "")
		name, id := one(g, append(portNames, "")...), fmt.Sprint(number, strings.TrimPrefix(protocol, "TCP"))
		if used[id] || name != "" && taken[name] {
			continue
		}
		used[id], taken[name] = true, true
		port := tree{"containerPort": number}
		if protocol != "" {
			port["protocol"] = protocol
		}
		if name != "" {
			port["name"] = name
		}
		ports = append(ports, port)
	}
	return ports
}

func (g *generator) container(name string, used map[string]bool) tree {
	container := tree{"name": name, "image": "example.com/" + name + ":1"}
	if ports := g.containerPorts(used); len(ports) > 0 {
		container["ports"] = ports
	}
	return container
}

func (g *generator) podSpec() tree {
	used := map[string]bool{}
	var containers, init []any
	for i := range 1 + g.IntN(2) {
		containers = append(containers, g.container(fmt.Sprintf("main-%d", i), used))
	}
	spec := tree{"containers": containers}
	for i := range max(0, g.IntN(4)-1) {
		container := g.container(fmt.Sprintf("init-%d", i), used)
		if g.chance(2) {
			container["restartPolicy"] = "Always"
		}
		init = append(init, container)
	}
	if len(init) > 0 {
		spec["initContainers"] = init
	}
	if g.chance(8) {
		spec["hostNetwork"] = true
	}
	if g.chance(8) {
		spec["terminationGracePeriodSeconds"] = 5
	}
	return spec
}

func (g *generator) pod() {
	more := tree{"spec": g.podSpec()}
	if g.chance(6) {
		more["spec"].(tree)["nodeName"] = "node-1"
	}
	if status := g.status(); status != nil {
		more["status"] = status
	}
	g.add("v1", "Pod", g.name("pod"), g.labels(), more)
}

// status is what a Pod may be given with; nil: nothing.
func (g *generator) status() tree {
	v4, v6 := fmt.Sprintf("10.2.0.%d", 1+g.IntN(250)), fmt.Sprintf("fd00::%x", 1+g.IntN(250))
	ready := []any{tree{"type": "Ready", "status": one(g, "True", "True", "False")}}
	switch g.IntN(14) {
	case 0, 1:
		return tree{"phase": "Running", "podIP": v4, "podIPs": []any{tree{"ip": v4}}, "conditions": ready}
	case 2:
		return tree{"phase": one(g, "Succeeded", "Failed"), "podIP": v4, "podIPs": []any{tree{"ip": v4}}}
	case 3:
		return tree{"phase": "Pending", "conditions": []any{tree{"type": "PodScheduled", "status": "True"}}}
	case 4:
		return tree{"phase": "Running", "podIP": v6, "podIPs": []any{tree{"ip": v6}}, "conditions": ready}
	case 5:
		return tree{"phase": "Running", "podIPs": []any{tree{"ip": v6}, tree{"ip": v4}}, "conditions": ready}
	case 6:
		return tree{"phase": "Running", "podIP": v4}
	case 7:
		return tree{"phase": one(g, "Unknown", "Succeeded")}
	case 8:
		return tree{}
	}
	return nil
}

// ---- workloads ----

func (g *generator) workload() {
	kind := one(g, "Deployment", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",
		"ReplicationController", "Job", "CronJob")
	name := g.name(strings.ToLower(kind))
	g.names = append(g.names, name)
	labels := g.labels()
	labels["name"] = name // its own, so that no controller takes another's Pods
	selector := tree{"matchLabels": tree{"name": name}}
	pods := g.podSpec()
	template := tree{"metadata": tree{"labels": labels}, "spec": pods}
	spec := tree{"template": template}
	apiVersion := "apps/v1"
	switch kind {
	case "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController":
		spec["selector"] = selector
		if !g.chance(3) {
			spec["replicas"] = g.IntN(4)
		}
		g.refine(kind, name, spec)
	case "DaemonSet":
		spec["selector"] = selector
	case "Job":
		pods["restartPolicy"] = "Never"
		g.job(spec)
		g.sets = append(g.sets, name)
	case "CronJob":
		pods["restartPolicy"] = "OnFailure"
		spec = tree{"schedule": "0 0 29 2 *", "jobTemplate": tree{"spec": tree{"template": template}}}
	}
	switch kind {
	case "ReplicationController":
		apiVersion = "v1"
		spec["selector"] = tree{"name": name}
	case "Job", "CronJob":
		apiVersion = "batch/v1"
	}
	g.add(apiVersion, kind, name, nil, tree{"spec": spec})
}

func (g *generator) refine(kind, name string, spec tree) {
	switch {
	case kind == "Deployment" && g.chance(8):
		spec["paused"] = true
	case kind == "StatefulSet":
		spec["serviceName"] = "service-1"
		g.sets = append(g.sets, name)
		if g.chance(2) {
			spec["podManagementPolicy"] = "Parallel"
		}
		if g.chance(4) {
			spec["ordinals"] = tree{"start": 1 + g.IntN(2)}
		}
	}
}

func (g *generator) job(spec tree) {
	switch g.IntN(6) {
	case 0:
		spec["suspend"] = true
	case 1:
		spec["parallelism"] = g.IntN(3)
	case 2:
		spec["completions"] = g.IntN(3)
	case 3:
		spec["parallelism"], spec["completions"] = 2, 3
		spec["completionMode"] = "Indexed"
	}
}

// ---- Services ----

func (g *generator) servicePorts(count int) []any {
	var ports []any
	for i := range count {
		port := tree{"port": 1000 + i*10 + g.IntN(10)}
		if count > 1 || g.chance(2) {
			port["name"] = fmt.Sprintf("%s-%d", one(g, portNames...), i)
		}
		if protocol := one(g, "", "", "TCP", "TCP", "UDP", "SCTP"); protocol != "" {
			port["protocol"] = protocol
		}
		switch g.IntN(5) {
		case 0, 1, 2:
			port["targetPort"] = one(g, portNames...)
		case 3:
			port["targetPort"] = one(g, 53, 80, 8080, 9999)
		}
		if g.chance(5) {
			port["appProtocol"] = one(g, "http", "kubernetes.io/h2c", "https")
		}
		ports = append(ports, port)
	}
	return ports
}

func (g *generator) service() {
	spec := tree{"selector": g.selector(), "ports": g.servicePorts(1 + g.IntN(3))}
	switch g.IntN(14) {
	case 0:
		delete(spec, "selector")
	case 1:
		spec["selector"] = tree{}
	case 2:
		spec["type"], spec["externalName"] = "ExternalName", "elsewhere.example.com"
	case 3:
		spec["clusterIP"] = "None"
		delete(spec, "ports")
	case 4, 5:
		spec["clusterIP"] = "None"
	case 6:
		spec["type"] = "NodePort"
	case 7:
		spec["type"] = "LoadBalancer"
	case 8:
		spec["sessionAffinity"] = "ClientIP"
	}
	if g.chance(4) {
		spec["publishNotReadyAddresses"] = true
	}
	if g.chance(12) {
		spec["ipFamilyPolicy"] = "PreferDualStack"
		if spec["type"] == "ExternalName" {
			delete(spec, "ipFamilyPolicy")
		}
	}
	g.add("v1", "Service", g.name("service"), g.labels(), tree{"spec": spec})
}
