package main

import (
	"errors"
	"flag"

	"plimsoll.dev/conformance/internal/mutate"
	"plimsoll.dev/conformance/internal/verdict"
)

// runSweep makes every change of a list at every place of good manifests.
func runSweep(args []string) int {
	flags := flag.NewFlagSet("sweep", flag.ExitOnError)
	seed := flags.Uint64("seed", 1, "the `number` from which made values follow")
	openapi := flags.String("openapi", "", "Kubernetes' OpenAPI `document` (swagger.json), to know the types of built-in kinds")
	out := flags.String("o", "", "output: a `file` of NDJSON lines {id, text, source, ops} (stdout)")
	var crds listFlag
	flags.Var(&crds, "crds", "`file or folder` of CRDs, to know the types of custom resources; may be repeated")
	_ = flags.Parse(args)
	types, err := loadTypes(*openapi, crds)
	if err != nil {
		return fail(err)
	}
	generator := mutate.NewGenerator(*seed, types, mutate.FormatJSON)
	if err := addDocuments(generator, flags.Args()); err != nil {
		return fail(err)
	}
	if generator.Len() == 0 {
		return fail(errors.New("no manifests"))
	}
	lines, err := verdict.NewLineWriter(*out)
	if err != nil {
		return fail(err)
	}
	if err := generator.Sweep(func(c mutate.Case) error { return lines.Write(verdict.Case(c)) }); err != nil {
		return fail(err)
	}
	if err := lines.Close(); err != nil {
		return fail(err)
	}
	return 0
}
