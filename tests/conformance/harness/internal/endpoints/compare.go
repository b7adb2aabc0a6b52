package endpoints

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// report is what `plimsoll check --show-endpoints -o json` prints, as far as
// it is compared.
type report struct {
	Endpoints []struct {
		Service   string `json:"service"`
		Namespace string `json:"namespace"`
		Ports     []struct {
			Name        string `json:"name"`
			Protocol    string `json:"protocol"`
			AppProtocol string `json:"appProtocol"`
		} `json:"ports"`
		Addresses []struct {
			Kind  string `json:"kind"`
			Name  string `json:"name"`
			Ports []*int `json:"ports"`
		} `json:"addresses"`
	} `json:"endpoints"`
}

// Difference is a Service that plimsoll sees otherwise.
type Difference struct {
	Set, Service string
	Theirs, Ours []string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: Service %s\n  the controller: %s\n  plimsoll:       %s", d.Set, d.Service,
		strings.Join(d.Theirs, "; "), strings.Join(d.Ours, "; "))
}

// Compare asks plimsoll about a set.
func Compare(binary string, set *Set) ([]Difference, error) {
	ours, err := ask(binary, set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	var all []Difference
	for _, service := range set.Services {
		name := service.Namespace + "/" + service.Name
		mine, ok := ours[name]
		if !ok {
			mine = []string{"not listed"}
		}
		if !slices.Equal(mine, service.Endpoints) {
			all = append(all, Difference{set.Name, name, service.Endpoints, mine})
		}
	}
	return all, nil
}

func ask(binary string, set *Set) (map[string][]string, error) {
	folder, err := os.MkdirTemp("", "plimsoll-endpoints-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "set.yaml")
	if err := os.WriteFile(file, []byte(set.Text), 0o600); err != nil {
		return nil, err
	}
	out, err := exec.Command(binary, "check", "--no-config", "--show-endpoints", "-o", "json", "-n", set.Namespace, file).Output()
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 1) {
		return nil, err
	}
	var said report
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, service := range said.Endpoints {
		found := []string{}
		for _, address := range service.Addresses {
			var ports []port
			for i, number := range address.Ports {
				if number != nil {
					p := service.Ports[i]
					ports = append(ports, port{p.Name, p.Protocol, p.AppProtocol, *number})
				}
			}
			found = append(found, describe(address.Kind, address.Name, ports))
		}
		all[service.Namespace+"/"+service.Service] = unique(found)
	}
	return all, nil
}
