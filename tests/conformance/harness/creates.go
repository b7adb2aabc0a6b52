package main

import (
	"context"
	"fmt"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/compare"
	"plimsoll.dev/conformance/internal/controlplane"
	"plimsoll.dev/conformance/internal/creates"
)

// runCreates creates Services that clash for real, and holds plimsoll's word
// on them against the server's.
func runCreates(args []string) int {
	return runSets(args, setCommand[creates.Set]{
		name: "creates",
		observe: func(ctx context.Context, flags *planeFlags, seed uint64, count int, _ []string) ([]creates.Set, error) {
			sets := creates.Generate(seed, count)
			return sets, createAll(ctx, flags, sets)
		},
		compare: func(binary string, sets []creates.Set) int {
			plimsoll := &compare.Plimsoll{Binary: binary, Args: []string{"-n", creates.Namespaces[0]}}
			return compareCreates(plimsoll, sets)
		},
	})
}

func createAll(ctx context.Context, flags *planeFlags, sets []creates.Set) error {
	options, err := flags.options()
	if err != nil {
		return err
	}
	plane, err := controlplane.Start(ctx, options)
	if err != nil {
		return err
	}
	defer plane.Stop()
	server, err := cluster.Connect(ctx, plane.Config())
	if err != nil {
		return err
	}
	for _, name := range creates.Namespaces {
		if err := server.CreateNamespace(ctx, name); err != nil {
			return err
		}
	}
	for i := range sets {
		if err := creates.Create(ctx, server, &sets[i]); err != nil {
			return err
		}
	}
	return nil
}

func compareCreates(plimsoll *compare.Plimsoll, sets []creates.Set) int {
	var tally creates.Tally
	for i := range sets {
		differences, err := creates.Compare(plimsoll, &sets[i], &tally)
		if err != nil {
			return fail(err)
		}
		for _, difference := range differences {
			fmt.Println(difference)
		}
	}
	fmt.Printf("creates: %d of %d objects of %d sets have the server's verdict; %d of %d refusals its first cause\n",
		tally.SameVerdict, tally.Objects, len(sets), tally.SamePath, tally.Refused)
	if tally.SameVerdict != tally.Objects || tally.SamePath != tally.Refused || tally.Refused == 0 {
		return 1
	}
	return 0
}
