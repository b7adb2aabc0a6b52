package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"plimsoll.dev/conformance/internal/compare"
	"plimsoll.dev/conformance/internal/verdict"
)

// runCompare holds plimsoll's verdicts against recorded ones.
func runCompare(args []string) int {
	flags := flag.NewFlagSet("compare", flag.ExitOnError)
	binary := flags.String("plimsoll", os.Getenv("PLIMSOLL"), "plimsoll's `binary` (or the variable PLIMSOLL)")
	root := flags.String("root", ".", "`folder` that the names of files in the verdicts start from")
	report := flags.String("report", "", "compare this `file`, printed by plimsoll check -o json, instead of running plimsoll")
	options := flags.String("check", "", "more `options` for plimsoll check, separated by blanks")
	var crds listFlag
	flags.Var(&crds, "crds", "`file or folder` of CRDs, given to plimsoll as --crds; may be repeated")
	asJSON := flags.String("json", "", "write the result to this `file`")
	groups := flags.Int("groups", 25, "how many disagreements to print")
	under := flags.Float64("fail-under", 0, "exit 1 when fewer than so many `percent` of the verdicts agree")
	kinds := flags.String("kinds", "", "compare only these kinds, a comma-separated `list`")
	_ = flags.Parse(args)
	records, err := recordsOf(flags.Args(), *kinds)
	if err != nil {
		return fail(err)
	}
	if len(records) == 0 {
		return fail(errors.New("no verdicts to compare with"))
	}
	check := strings.Fields(*options)
	for _, folder := range crds {
		check = append(check, "--crds", folder)
	}
	said, err := plimsollSays(*binary, *report, *root, check, records)
	if err != nil {
		return fail(err)
	}
	result := compare.Compare(records, said)
	result.Print(os.Stdout, *groups)
	if *asJSON != "" {
		data, err := json.MarshalIndent(result, "", "  ")
		if err != nil {
			return fail(err)
		}
		if err := os.WriteFile(*asJSON, append(data, '\n'), 0o644); err != nil {
			return fail(err)
		}
	}
	if result.Percent < *under {
		fmt.Fprintf(os.Stderr, "harness: %.2f %% of the verdicts agree, fewer than %.2f %%\n", result.Percent, *under)
		return 1
	}
	return 0
}

func plimsollSays(binary, report, root string, options []string, records []verdict.Record) (*compare.Report, error) {
	if report != "" {
		data, err := os.ReadFile(report)
		if err != nil {
			return nil, err
		}
		return compare.ReadReport(data)
	}
	if binary == "" {
		return nil, errors.New("neither -plimsoll nor -report is given")
	}
	p := &compare.Plimsoll{Binary: binary, Args: options}
	return p.Run(records, root)
}

// recordsOf reads the verdicts of files, of all kinds or of those in a comma-separated list.
func recordsOf(files []string, kinds string) ([]verdict.Record, error) {
	var records []verdict.Record
	for _, name := range files {
		err := verdict.ReadLines(name, func(record verdict.Record) error {
			if kinds == "" || strings.Contains(","+kinds+",", ","+record.Kind+",") {
				records = append(records, record)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return records, nil
}
