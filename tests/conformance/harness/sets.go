package main

import (
	"context"
	"flag"

	"plimsoll.dev/conformance/internal/verdict"
)

// A setCommand makes sets of objects, lets a real server show what becomes of
// them, and holds plimsoll's word against that. What was seen can be recorded,
// and compared again later without a server.
type setCommand[S any] struct {
	name string
	// observe makes count sets and asks the server about each; folders are the
	// arguments that are no options.
	observe func(ctx context.Context, flags *planeFlags, seed uint64, count int, folders []string) ([]S, error)
	compare func(binary string, sets []S) int
}

func runSets[S any](args []string, command setCommand[S]) int {
	flags := flag.NewFlagSet(command.name, flag.ExitOnError)
	plane := addPlaneFlags(flags)
	seed := flags.Uint64("seed", 1, "of the sets that are made")
	count := flags.Int("count", 350, "sets to make")
	recorded := flags.String("recorded", "", "compare with this recording: no server")
	out := flags.String("o", "", "record to this `file`, gzipped when it ends in .gz")
	binary := flags.String("plimsoll", "", "compare with what this `binary` says")
	_ = flags.Parse(args)
	ctx, cancel := interruptible()
	defer cancel()
	var sets []S
	var err error
	if *recorded != "" {
		err = verdict.ReadLines(*recorded, func(set S) error {
			sets = append(sets, set)
			return nil
		})
	} else {
		sets, err = command.observe(ctx, plane, *seed, *count, flags.Args())
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
	return command.compare(*binary, sets)
}

func writeLines[T any](name string, lines []T) error {
	out, err := verdict.NewLineWriter(name)
	if err != nil {
		return err
	}
	for i := range lines {
		if err := out.Write(&lines[i]); err != nil {
			return err
		}
	}
	return out.Close()
}
