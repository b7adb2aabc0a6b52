package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/controlplane"
	"plimsoll.dev/conformance/internal/kubectlread"
	"plimsoll.dev/conformance/internal/verdict"
)

type verdictFlags struct {
	plane      *planeFlags
	kubeconfig *string
	crds       listFlag
	namespaces *string
	cases      listFlag
	out        *string
	root       *string
	lean       *bool
	withoutCEL *bool
}

// runVerdicts asks a server what it makes of objects.
func runVerdicts(args []string) int {
	flags := flag.NewFlagSet("verdicts", flag.ExitOnError)
	f := verdictFlags{plane: addPlaneFlags(flags)}
	f.kubeconfig = flags.String("kubeconfig", "", "use this running server instead of starting one")
	flags.Var(&f.crds, "crds", "`file or folder` of CRDs to install first; may be repeated")
	f.namespaces = flags.String("namespaces", "", "namespaces to create beyond those that objects name, a comma-separated `list`")
	flags.Var(&f.cases, "cases", "`file` of made cases (NDJSON, may be gzipped); may be repeated")
	f.out = flags.String("o", "", "output `file`, gzipped when it ends in .gz (stdout)")
	f.root = flags.String("root", "", "`folder` to leave out of the names of files")
	f.lean = flags.Bool("lean", false, "leave input and stored object out of the records")
	f.withoutCEL = flags.Bool("cel", false, "mark what is refused only by CRDs' CEL rules: judge the refused again, by CRDs without them")
	_ = flags.Parse(args)
	records, err := gather(flags.Args(), &f)
	if err != nil {
		return fail(err)
	}
	ctx, cancel := interruptible()
	defer cancel()
	if err := f.judge(ctx, records); err != nil {
		return fail(err)
	}
	if err := writeRecords(*f.out, records, *f.lean); err != nil {
		return fail(err)
	}
	return 0
}

func gather(paths []string, f *verdictFlags) ([]verdict.Record, error) {
	files, err := verdict.Files(paths)
	if err != nil {
		return nil, err
	}
	records, err := verdict.FromFiles(files, *f.root)
	if err != nil {
		return nil, err
	}
	for _, name := range f.cases {
		made, err := verdict.FromCases(name)
		if err != nil {
			return nil, err
		}
		records = append(records, made...)
	}
	return records, nil
}

func (f *verdictFlags) judge(ctx context.Context, records []verdict.Record) error {
	crds, err := readCRDs(f.crds)
	if err != nil {
		return err
	}
	if err := f.judgeOn(ctx, records, crds); err != nil {
		return err
	}
	if !*f.withoutCEL {
		return nil
	}
	var refused []verdict.Record
	var from []int
	for i := range records {
		if record := &records[i]; record.Stage == verdict.StageServer && !record.Accepted && !record.IsCRD() {
			again := *record
			again.Stage = kubectlread.StageOK
			refused = append(refused, again)
			from = append(from, i)
		}
	}
	plain, err := verdict.WithoutCEL(crds)
	if err != nil {
		return err
	}
	if err := f.judgeOn(ctx, refused, plain); err != nil {
		return err
	}
	for i := range refused {
		records[from[i]].CELOnly = refused[i].Accepted
	}
	return nil
}

// judgeOn judges records on one server that has the given CRDs.
func (f *verdictFlags) judgeOn(ctx context.Context, records []verdict.Record, crds [][]byte) error {
	config, stop, err := f.connect(ctx)
	if err != nil {
		return err
	}
	defer stop()
	server, err := cluster.Connect(ctx, config)
	if err != nil {
		return err
	}
	if *f.namespaces != "" {
		for name := range strings.SplitSeq(*f.namespaces, ",") {
			if err := server.CreateNamespace(ctx, name); err != nil {
				return err
			}
		}
	}
	start := time.Now()
	if err := verdict.Judge(ctx, server, records, crds); err != nil {
		return err
	}
	took := time.Since(start)
	accepted := 0
	for i := range records {
		if records[i].Accepted {
			accepted++
		}
	}
	fmt.Fprintf(os.Stderr, "harness: %d documents, %d accepted, %.1f s, %.0f a second\n",
		len(records), accepted, took.Seconds(), float64(len(records))/took.Seconds())
	return nil
}

// connect reaches the server that is named, or starts one.
func (f *verdictFlags) connect(ctx context.Context) (*rest.Config, func(), error) {
	if *f.kubeconfig != "" {
		config, err := clientcmd.BuildConfigFromFlags("", *f.kubeconfig)
		return config, func() {}, err
	}
	options, err := f.plane.options()
	if err != nil {
		return nil, nil, err
	}
	plane, err := controlplane.Start(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	return plane.Config(), plane.Stop, nil
}

// readCRDs takes the CRDs, and nothing else, out of files and folders.
func readCRDs(paths []string) ([][]byte, error) {
	files, err := verdict.Files(paths)
	if err != nil {
		return nil, err
	}
	records, err := verdict.FromFiles(files, "")
	if err != nil {
		return nil, err
	}
	var crds [][]byte
	for i := range records {
		if records[i].IsCRD() && json.Valid(records[i].Input) {
			crds = append(crds, records[i].Input)
		}
	}
	return crds, nil
}

func writeRecords(name string, records []verdict.Record, lean bool) error {
	out, err := verdict.NewLineWriter(name)
	if err != nil {
		return err
	}
	for i := range records {
		if lean {
			records[i].Input, records[i].Object = nil, nil
		}
		if err := out.Write(&records[i]); err != nil {
			return err
		}
	}
	return out.Close()
}
