package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"plimsoll.dev/conformance/internal/normal"
)

// runNormal compares the stored objects of accepted records with what plimsoll
// says a server would store.
func runNormal(args []string) int {
	flags := flag.NewFlagSet("normal", flag.ExitOnError)
	binary := flags.String("plimsoll", os.Getenv("PLIMSOLL"), "plimsoll's `binary` (or the variable PLIMSOLL)")
	options := flags.String("emit", "--defaults --no-config", "`options` for plimsoll emit, separated by blanks")
	groups := flags.Int("groups", 25, "how many differences to print")
	kinds := flags.String("kinds", "", "compare only these kinds, a comma-separated `list`")
	under := flags.Float64("fail-under", 0, "exit 1 when fewer than so many `percent` are equal")
	_ = flags.Parse(args)
	records, err := recordsOf(flags.Args(), *kinds)
	if err != nil {
		return fail(err)
	}
	if len(records) == 0 || *binary == "" {
		return fail(errors.New("no verdicts to compare with, or no -plimsoll"))
	}
	result, err := normal.Compare(*binary, strings.Fields(*options), records)
	if err != nil {
		return fail(err)
	}
	result.Print(os.Stdout, *groups)
	if result.Cases > 0 && 100*float64(result.Equal)/float64(result.Cases) < *under {
		fmt.Fprintf(os.Stderr, "harness: fewer than %.2f %% are equal\n", *under)
		return 1
	}
	return 0
}
