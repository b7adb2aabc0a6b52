// Package endpoints holds plimsoll's endpoints of Services against those that
// the real endpoint slice controller writes for the same objects.
package endpoints

import (
	"fmt"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// A Set is a group of objects that are applied together, in namespaces of
// their own, and what the controller made of its Services.
type Set struct {
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"` // of objects that name none
	Text      string    `json:"text"`
	Services  []Service `json:"services,omitempty"`
}

// A Service is reached by what stands behind it: "Kind/name: ports", each port
// as "name/protocol/number" and, where it has one, "/appProtocol".
type Service struct {
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Endpoints []string `json:"endpoints"`
}

// A port of one endpoint, as a slice holds it and as plimsoll resolves it.
type port struct {
	name, protocol, appProtocol string
	number                      int
}

func describe(kind, name string, ports []port) string {
	texts := make([]string, 0, len(ports))
	for _, p := range ports {
		text := fmt.Sprintf("%s/%s/%d", p.name, p.protocol, p.number)
		if p.appProtocol != "" {
			text += "/" + p.appProtocol
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return kind + "/" + name + ": " + strings.Join(texts, " ")
}

// unique sorts and takes each once: the Pods of one template are one owner.
func unique(texts []string) []string {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if texts == nil {
		texts = []string{}
	}
	return texts
}

// objects reads the set as kubectl does and gives each object its namespace.
func (s *Set) objects() ([]object, error) {
	var all []object
	for _, row := range kubectlread.Read([]byte(s.Text)) {
		if row.Stage == kubectlread.StageEmpty {
			continue
		}
		if row.Stage != kubectlread.StageOK {
			return nil, fmt.Errorf("%s#%d: %s", s.Name, row.Doc, row.Message)
		}
		one, err := parse(row.Input)
		if err != nil {
			return nil, err
		}
		if one.metadata()["namespace"] == nil {
			one.metadata()["namespace"] = s.Namespace
		}
		all = append(all, one)
	}
	return all, nil
}

func identify(o object) cluster.Identity { return cluster.Identify(o.bytes()) }
