// Package creates holds plimsoll's word on Services that ask for the same
// thing, or for what the reference cluster has not, against what a server says
// when the same objects are really created, one after the other.
package creates

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Namespaces are those that objects of a set may be in; the first is that of
// objects that name none.
var Namespaces = []string{"shop", "store"}

type tree = map[string]any

type generator struct {
	*rand.Rand
	docs []string
}

// Generate makes sets of Services. A set follows from the seed and its number
// alone. What may be asked for lies in the lower bands of the ranges, from
// which a server hands out nothing by itself.
func Generate(seed uint64, count int) []Set {
	sets := make([]Set, 0, count)
	for i := range count {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		for j := range 2 + g.IntN(5) {
			g.service(j)
		}
		sets = append(sets, Set{Name: fmt.Sprintf("services-%03d", i), Text: strings.Join(g.docs, "---\n")})
	}
	return sets
}

func one[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) chance(of int) bool { return g.IntN(of) == 0 }

func (g *generator) service(number int) {
	metadata := tree{"name": fmt.Sprintf("service-%d", number)}
	if g.chance(10) {
		metadata["name"] = "service-0" // again, unless it is the first
	}
	if g.chance(4) {
		metadata["namespace"] = one(g, Namespaces...)
	}
	spec := tree{"selector": tree{"app": "web"}}
	kind := one(g, "", "ClusterIP", "NodePort", "NodePort", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName")
	if kind != "" {
		spec["type"] = kind
	}
	if kind == "ExternalName" {
		spec["externalName"] = "elsewhere.example.com"
	}
	external := kind == "NodePort" || kind == "LoadBalancer"
	spec["ports"] = g.ports(external)
	if external && g.chance(3) {
		spec["externalTrafficPolicy"] = "Local"
	}
	if kind == "LoadBalancer" {
		g.balancer(spec)
	}
	if kind != "ExternalName" {
		g.addresses(spec)
		g.families(spec)
	}
	text, err := yaml.Marshal(tree{"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
	if err != nil {
		panic(err)
	}
	g.docs = append(g.docs, string(text))
}

func (g *generator) balancer(spec tree) {
	if spec["externalTrafficPolicy"] == "Local" && g.chance(2) {
		spec["healthCheckNodePort"] = one(g, 30000, 30001, 30002, 30002, 29999)
	}
	if g.chance(4) {
		spec["allocateLoadBalancerNodePorts"] = false
	}
}

func (g *generator) ports(external bool) []any {
	var ports []any
	count := one(g, 1, 1, 1, 2, 2, 3)
	for i := range count {
		port := tree{"port": one(g, 53, 80, 443)}
		if protocol := one(g, "", "", "TCP", "UDP", "SCTP"); protocol != "" {
			port["protocol"] = protocol
		}
		if count > 1 {
			port["name"] = fmt.Sprintf("port-%d", i)
		}
		if external && !g.chance(4) {
			port["nodePort"] = one(g, 30000, 30001, 30002, 30003, 30004, 30005, 30006, 30007)
			if g.chance(12) {
				port["nodePort"] = one(g, 29999, 32768, 80, 65535)
			}
		}
		same := func(other any) bool { // which every server refuses, whatever else is there
			o, mine := other.(tree), port["protocol"]
			theirs := o["protocol"]
			return o["port"] == port["port"] && (mine == theirs || mine == nil && theirs == "TCP" || mine == "TCP" && theirs == nil)
		}
		if !slices.ContainsFunc(ports, same) {
			ports = append(ports, port)
		}
	}
	return ports
}

var outside = []string{"10.95.255.255", "10.112.0.1", "192.168.0.10", "10.96.0.0", "10.111.255.255", "10.96.0.1"}

func (g *generator) addresses(spec tree) {
	address := one(g, "10.96.0.10", "10.96.0.11", "10.96.0.12")
	if g.chance(5) {
		address = one(g, outside...)
	}
	switch g.IntN(10) {
	case 0, 1:
		spec["clusterIP"] = address
	case 2:
		spec["clusterIPs"] = []any{address}
		spec["clusterIP"] = address
	case 3:
		spec["clusterIPs"] = []any{address}
		spec["clusterIP"] = address
		if g.chance(2) {
			spec["clusterIPs"] = []any{address, "fd00::10"}
			spec["ipFamilyPolicy"] = "PreferDualStack"
		}
	case 4:
		if spec["type"] == nil || spec["type"] == "ClusterIP" {
			spec["clusterIP"] = "None"
			if g.chance(2) {
				delete(spec, "selector")
			}
		}
	case 5:
		if g.chance(3) {
			spec["clusterIP"] = one(g, "fd00::10", "fd00::11")
		}
	}
}

func (g *generator) families(spec tree) {
	if !g.chance(6) {
		return
	}
	if g.chance(2) {
		spec["ipFamilyPolicy"] = one(g, "SingleStack", "PreferDualStack", "RequireDualStack")
	}
	switch g.IntN(5) {
	case 0:
		spec["ipFamilies"] = []any{"IPv4"}
	case 1:
		spec["ipFamilies"] = []any{"IPv6"}
	case 2:
		spec["ipFamilies"] = []any{one(g, "IPv4", "IPv6"), ""}
		spec["ipFamilies"].([]any)[1] = map[any]string{"IPv4": "IPv6", "IPv6": "IPv4"}[spec["ipFamilies"].([]any)[0]]
	}
}
