package admit

import (
	"fmt"
	"math/rand/v2"
)

// Limits makes namespaces with one LimitRange each, and Pods and claims in them.
func Limits(seed uint64, count int) *Set {
	random := rand.New(rand.NewPCG(seed, 2))
	maker := limitMaker{podMaker{random}}
	set := &Set{}
	const each = 12
	for i := range count {
		name := fmt.Sprintf("limits-%d", i/each)
		if i%each == 0 {
			set.Before = append(set.Before, object("v1", "Namespace", fields{"name": name}, nil),
				object("v1", "LimitRange", fields{"name": "limits", "namespace": name},
					fields{"limits": maker.items()}))
		}
		meta := fields{"name": fmt.Sprintf("case-%d", i), "namespace": name}
		if random.IntN(5) == 0 {
			set.Cases = append(set.Cases, object("v1", "PersistentVolumeClaim", meta, fields{
				"accessModes": []any{"ReadWriteOnce"},
				"resources":   fields{"requests": fields{"storage": maker.amount("storage")}},
			}))
			continue
		}
		set.Cases = append(set.Cases, object("v1", "Pod", meta, maker.spec()))
	}
	return set
}

type limitMaker struct{ podMaker }

var amounts = map[string][]string{
	"cpu":               {"0", "1m", "50m", "100m", "0.1", "250m", "500m", "1", "1500m", "2", "4"},
	"memory":            {"0", "64Mi", "128Mi", "100M", "256Mi", "512Mi", "1Gi", "1G", "2Gi", "4Gi", "1e9"},
	"ephemeral-storage": {"1Gi", "2Gi", "5G", "10Gi", "100n"},
	"storage":           {"1Gi", "5Gi", "5G", "10Gi", "20Gi", "1500Mi", "1Ti", "9Ei"},
}

func (r limitMaker) amount(resource string) string { return pick(r.Rand, amounts[resource]...) }

// two amounts, the smaller index first: mostly in order, which most LimitRanges need.
func (r limitMaker) ordered(resource string, count int) []string {
	all := amounts[resource]
	chosen := make([]string, count)
	at := 0
	for i := range chosen {
		at += r.IntN(max(1, (len(all)-at)/(count-i)+1))
		chosen[i] = all[min(at, len(all)-1)]
	}
	return chosen
}

func (r limitMaker) items() []any {
	var items []any
	for _, kind := range []string{"Container", "Pod", "PersistentVolumeClaim"} {
		if kind != "Container" && r.often(2) {
			continue
		}
		item := fields{"type": kind}
		put := func(bound, resource, amount string) {
			if item[bound] == nil {
				item[bound] = fields{}
			}
			item[bound].(fields)[resource] = amount
		}
		resources := []string{"cpu", "memory", "ephemeral-storage"}
		if kind == "PersistentVolumeClaim" {
			resources = []string{"storage"}
		}
		for _, resource := range resources {
			steps := r.ordered(resource, 4)
			if r.often(2) {
				put("min", resource, steps[0])
			}
			if r.often(2) {
				put("max", resource, steps[3])
			}
			if kind == "Container" && r.often(3) {
				put("defaultRequest", resource, steps[1])
			}
			if kind == "Container" && r.often(3) {
				put("default", resource, steps[2])
			}
			if kind != "PersistentVolumeClaim" && r.often(4) {
				put("maxLimitRequestRatio", resource, pick(r.Rand, "1", "2", "1.5", "4", "10"))
			}
		}
		items = append(items, item)
	}
	return items
}

func (r limitMaker) resources(names []string) fields {
	made := fields{}
	for _, resource := range names {
		steps := r.ordered(resource, 2)
		for i, list := range []string{"requests", "limits"} {
			if r.often(2) {
				continue
			}
			if made[list] == nil {
				made[list] = fields{}
			}
			made[list].(fields)[resource] = steps[i]
		}
	}
	return made
}

func (r limitMaker) containersOf(prefix string, count int, init bool) []any {
	var list []any
	for i := range count {
		c := fields{"name": fmt.Sprintf("%s%d", prefix, i), "image": "registry.example/app:1"}
		if !r.often(4) {
			c["resources"] = r.resources([]string{"cpu", "memory", "ephemeral-storage"})
		}
		if init && r.often(2) {
			c["restartPolicy"] = "Always"
		}
		list = append(list, c)
	}
	return list
}

func (r limitMaker) spec() fields {
	spec := fields{"containers": r.containersOf("c", 1+r.IntN(3), false)}
	if r.often(2) {
		spec["initContainers"] = r.containersOf("i", 1+r.IntN(3), true)
	}
	if r.often(4) {
		spec["resources"] = r.resources([]string{"cpu", "memory"})
	}
	return spec
}
