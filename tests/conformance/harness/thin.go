package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"plimsoll.dev/conformance/internal/choose"
	"plimsoll.dev/conformance/internal/verdict"
)

// runThin keeps a few cases for each thing that the server says.
func runThin(args []string) int {
	flags := flag.NewFlagSet("thin", flag.ExitOnError)
	var limits choose.Limits
	flags.Uint64Var(&limits.Seed, "seed", 1, "the `number` from which the choice follows")
	flags.IntVar(&limits.Refused, "refused", 3, "how many of one shape to keep that is refused as Invalid")
	flags.IntVar(&limits.Decoding, "decoding", 2, "how many of one shape that cannot be decoded")
	flags.IntVar(&limits.Accepted, "accepted", 2, "how many of one shape that is accepted")
	flags.IntVar(&limits.Total, "total", 0, "how many in all, kinds evenly (no limit)")
	flags.IntVar(&limits.Longest, "longest", 0, "leave out texts of more than so many `bytes` (no limit)")
	asCases := flags.Bool("cases", false, "write cases to judge again instead of verdicts")
	lean := flags.Bool("lean", false, "leave inputs out, which the texts say too, and of objects the managed fields")
	half := flags.Int("half", -1, "keep only this half, 0 or 1, of what is chosen")
	out := flags.String("o", "", "output `file`, gzipped when it ends in .gz (stdout)")
	_ = flags.Parse(args)
	var records []verdict.Record
	for _, name := range flags.Args() {
		err := verdict.ReadLines(name, func(record verdict.Record) error {
			records = append(records, record)
			return nil
		})
		if err != nil {
			return fail(err)
		}
	}
	if len(records) == 0 {
		return fail(errors.New("no verdicts"))
	}
	lines, err := verdict.NewLineWriter(*out)
	if err != nil {
		return fail(err)
	}
	kept := 0
	for _, i := range choose.Thin(records, limits) {
		record := &records[i]
		if *half >= 0 && choose.Half(limits.Seed, record) != *half {
			continue
		}
		if *lean {
			if err := makeLean(record); err != nil {
				return fail(err)
			}
		}
		var line any = record
		if *asCases {
			line = verdict.Case{ID: record.File, Text: record.Text, Source: record.Source, Ops: record.Ops}
		}
		if err := lines.Write(line); err != nil {
			return fail(err)
		}
		kept++
	}
	if err := lines.Close(); err != nil {
		return fail(err)
	}
	fmt.Fprintf(os.Stderr, "harness: %d of %d kept\n", kept, len(records))
	return 0
}

// makeLean leaves out of a record what a recording does not need.
func makeLean(record *verdict.Record) error {
	record.Input = nil
	if len(record.Object) == 0 {
		return nil
	}
	var object, metadata map[string]json.RawMessage
	if err := json.Unmarshal(record.Object, &object); err != nil {
		return err
	}
	if json.Unmarshal(object["metadata"], &metadata) == nil && metadata != nil {
		delete(metadata, "managedFields")
		data, err := json.Marshal(metadata)
		if err != nil {
			return err
		}
		object["metadata"] = data
	}
	data, err := json.Marshal(object)
	record.Object = data
	return err
}

// runRules says which rules of a table the verdicts show.
func runRules(args []string) int {
	flags := flag.NewFlagSet("rules", flag.ExitOnError)
	table := flags.String("rules", "", "the `file` of rules: kind, field, type and a sample, separated by tabs")
	_ = flags.Parse(args)
	rules, err := choose.ReadRules(*table)
	if err != nil {
		return fail(err)
	}
	coverage := choose.NewCoverage(rules)
	for _, name := range flags.Args() {
		err := verdict.ReadLines(name, func(record verdict.Record) error {
			coverage.Add(&record)
			return nil
		})
		if err != nil {
			return fail(err)
		}
	}
	coverage.Print(os.Stdout)
	return 0
}
