package main

import (
	"context"
	"flag"
	"fmt"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/compare"
	"plimsoll.dev/conformance/internal/controlplane"
	"plimsoll.dev/conformance/internal/creates"
	"plimsoll.dev/conformance/internal/verdict"
)

// runCreates creates Services that clash for real, and holds plimsoll's word
// on them against the server's.
func runCreates(args []string) int {
	flags := flag.NewFlagSet("creates", flag.ExitOnError)
	plane := addPlaneFlags(flags)
	seed := flags.Uint64("seed", 1, "of the sets that are made")
	count := flags.Int("count", 350, "sets to make")
	recorded := flags.String("recorded", "", "compare with this recording: no server")
	out := flags.String("o", "", "record to this `file`, gzipped when it ends in .gz")
	binary := flags.String("plimsoll", "", "compare with what this `binary` says")
	_ = flags.Parse(args)
	ctx, cancel := interruptible()
	defer cancel()
	var sets []creates.Set
	var err error
	if *recorded != "" {
		err = verdict.ReadLines(*recorded, func(set creates.Set) error {
			sets = append(sets, set)
			return nil
		})
	} else {
		sets = creates.Generate(*seed, *count)
		err = createAll(ctx, plane, sets)
	}
	if err == nil && *out != "" {
		err = writeLines(*out, sets)
	}
	if err != nil {
		return fail(err)
	}
	if *binary == "" {
		return 0
	}
	return compareCreates(&compare.Plimsoll{Binary: *binary, Args: []string{"-n", creates.Namespaces[0]}}, sets)
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
