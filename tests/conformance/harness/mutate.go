package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"plimsoll.dev/conformance/internal/kubectlread"
	"plimsoll.dev/conformance/internal/mutate"
	"plimsoll.dev/conformance/internal/verdict"
)

// runMutate makes cases out of good manifests.
func runMutate(args []string) int {
	flags := flag.NewFlagSet("mutate", flag.ExitOnError)
	seed := flags.Uint64("seed", 1, "the `number` from which everything follows")
	count := flags.Int("count", 1000, "how many cases")
	first := flags.Int("first", 0, "the first case's number")
	format := flags.String("format", mutate.FormatMixed, "yaml, json or mixed")
	openapi := flags.String("openapi", "", "Kubernetes' OpenAPI `document` (swagger.json), to know the types of built-in kinds")
	out := flags.String("o", "", "output: a `file` of NDJSON lines {id, text, source, ops} (stdout), or a folder, given with a slash at its end, for one file per case")
	accepted := flags.String("accepted", "", "start from the objects that were accepted in this `file` of verdicts, too")
	var crds listFlag
	flags.Var(&crds, "crds", "`file or folder` of CRDs, to know the types of custom resources; may be repeated")
	_ = flags.Parse(args)
	types, err := loadTypes(*openapi, crds)
	if err != nil {
		return fail(err)
	}
	generator := mutate.NewGenerator(*seed, types, *format)
	if err := addDocuments(generator, flags.Args()); err != nil {
		return fail(err)
	}
	if *accepted != "" {
		if err := addAccepted(generator, *accepted); err != nil {
			return fail(err)
		}
	}
	if generator.Len() == 0 {
		return fail(fmt.Errorf("no manifests in %s", strings.Join(flags.Args(), " ")))
	}
	write, finish, err := caseWriter(*out)
	if err != nil {
		return fail(err)
	}
	for i := *first; i < *first+*count; i++ {
		if err := write(verdict.Case(generator.Case(i))); err != nil {
			return fail(err)
		}
	}
	if err := finish(); err != nil {
		return fail(err)
	}
	return 0
}

func loadTypes(openapi string, crds []string) (*mutate.Types, error) {
	types := mutate.NewTypes()
	if openapi != "" {
		data, err := os.ReadFile(openapi)
		if err != nil {
			return nil, err
		}
		if err := types.AddOpenAPI(data); err != nil {
			return nil, fmt.Errorf("%s: %w", openapi, err)
		}
	}
	definitions, err := readCRDs(crds)
	if err != nil {
		return nil, err
	}
	for _, definition := range definitions {
		if err := types.AddCRD(definition); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func addDocuments(generator *mutate.Generator, paths []string) error {
	files, err := verdict.Files(paths)
	if err != nil {
		return err
	}
	records, err := verdict.FromFiles(files, "")
	if err != nil {
		return err
	}
	for _, record := range records {
		if record.Stage != kubectlread.StageOK {
			continue
		}
		name := fmt.Sprintf("%s#%d", filepath.Base(record.File), record.Doc)
		if err := generator.Add(name, record.Input); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func addAccepted(generator *mutate.Generator, name string) error {
	return verdict.ReadLines(name, func(record verdict.Record) error {
		if !record.Accepted {
			return nil
		}
		return generator.Add(fmt.Sprintf("%s#%d", filepath.Base(record.File), record.Doc), record.Input)
	})
}

// caseWriter writes cases as lines of one file or as files of a folder.
func caseWriter(out string) (write func(verdict.Case) error, finish func() error, err error) {
	if !strings.HasSuffix(out, "/") {
		lines, err := verdict.NewLineWriter(out)
		if err != nil {
			return nil, nil, err
		}
		return func(c verdict.Case) error { return lines.Write(c) }, lines.Close, nil
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, nil, err
	}
	return func(c verdict.Case) error {
		return os.WriteFile(filepath.Join(out, c.ID), []byte(c.Text), 0o644)
	}, func() error { return nil }, nil
}
