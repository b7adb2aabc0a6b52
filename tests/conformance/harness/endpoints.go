package main

import (
	"context"
	"fmt"
	"os"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/controlplane"
	"plimsoll.dev/conformance/internal/endpoints"
	"plimsoll.dev/conformance/internal/kubectlread"
	"plimsoll.dev/conformance/internal/verdict"
)

// runEndpoints lets the real controllers make endpoints of sets of objects,
// and holds plimsoll's against them.
func runEndpoints(args []string) int {
	return runSets(args, setCommand[endpoints.Set]{
		name: "endpoints",
		observe: func(ctx context.Context, flags *planeFlags, seed uint64, count int, folders []string) ([]endpoints.Set, error) {
			return observe(ctx, flags, endpoints.Generate(seed, count), folders)
		},
		compare: compareEndpoints,
	})
}

// observe runs the controllers: on each folder of manifests by itself, since
// they may ask for the same node ports, and on all made sets at once.
func observe(ctx context.Context, flags *planeFlags, made []endpoints.Set, folders []string) ([]endpoints.Set, error) {
	options, err := flags.options()
	if err != nil {
		return nil, err
	}
	options.Controllers = endpoints.Controllers
	plane, err := controlplane.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()
	server, err := cluster.Connect(ctx, plane.Config())
	if err != nil {
		return nil, err
	}
	observer, err := endpoints.NewObserver(ctx, server)
	if err != nil {
		return nil, err
	}
	var sets []endpoints.Set
	for i, folder := range folders {
		text, err := joined(folder)
		if err != nil {
			return nil, err
		}
		set := []endpoints.Set{{Name: folder, Namespace: fmt.Sprintf("folder-%d", i), Text: text}}
		if err := observer.Observe(ctx, set); err != nil {
			return nil, err
		}
		if err := observer.Remove(ctx, &set[0]); err != nil {
			return nil, err
		}
		sets = append(sets, set...)
	}
	if err := observer.Observe(ctx, made); err != nil {
		return nil, err
	}
	return append(sets, made...), nil
}

// joined is the text of all manifests under a folder, as one stream.
func joined(folder string) (string, error) {
	files, err := verdict.Files([]string{folder})
	if err != nil {
		return "", err
	}
	text := ""
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		for _, row := range kubectlread.Read(data) {
			if row.Stage == kubectlread.StageOK {
				text += "---\n" + string(row.Input) + "\n"
			}
		}
	}
	return text, nil
}

func compareEndpoints(binary string, sets []endpoints.Set) int {
	equal, services, addresses := 0, 0, 0
	for i := range sets {
		differences, err := endpoints.Compare(binary, &sets[i])
		if err != nil {
			return fail(err)
		}
		for _, difference := range differences {
			fmt.Println(difference)
		}
		services += len(sets[i].Services)
		equal += len(sets[i].Services) - len(differences)
		for _, service := range sets[i].Services {
			addresses += len(service.Endpoints)
		}
	}
	fmt.Printf("endpoints: %d of %d Services of %d sets have what the controller wrote (%d owners)\n",
		equal, services, len(sets), addresses)
	if equal != services || addresses == 0 {
		return 1
	}
	return 0
}
