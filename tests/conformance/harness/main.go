// harness is the conformance harness of plimsoll: it asks the real thing
// (kubectl's reader, a real kube-apiserver) what it makes of a manifest, and
// compares. docs/conformance.md describes the commands.
package main

import (
	"fmt"
	"os"
	"slices"
)

// A command is one subcommand; run returns the exit code.
type command struct {
	name    string
	summary string
	run     func(args []string) int
}

var commands = []command{
	{"parse", "what kubectl's reader makes of files or of a stream of inputs", runParse},
	{"verdicts", "what a real API server says of objects (dry-run create, strict)", runVerdicts},
	{"compare", "hold plimsoll against recorded verdicts", runCompare},
	{"mutate", "make wrong manifests out of good ones", runMutate},
	{"sweep", "make every change of a list at every place of good manifests", runSweep},
	{"thin", "keep a few verdicts for each thing that the server says", runThin},
	{"rules", "which rules of a table the verdicts show", runRules},
	{"normal", "hold what plimsoll would store against what a server stored", runNormal},
	{"endpoints", "hold the endpoints of Services against the real controller's", runEndpoints},
	{"creates", "hold clashes between Services against creating them for real", runCreates},
	{"kubeconfig", "what client-go makes of kubeconfigs, a line of JSON each", runKubeconfig},
	{"report", "write the figures of comparisons as a page", runReport},
	{"admission", "hold what admission plugins refuse against a server, on made objects", runAdmission},
	{"crds", "find definitions of custom resources in Go modules", runCRDs},
	{"load", "how fast a server answers the requests of an apply", runLoad},
	{"up", "start a control plane, for a command or until a signal", runUp},
	{"down", "end a control plane that runs detached", runDown},
}

func main() {
	if len(os.Args) < 2 {
		usage()
		os.Exit(2)
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == os.Args[1] })
	if i < 0 {
		usage()
		os.Exit(2)
	}
	os.Exit(commands[i].run(os.Args[2:]))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: harness COMMAND [OPTION…]; harness COMMAND -h shows the options")
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", c.name, c.summary)
	}
}

// fail reports an error of the harness itself.
func fail(err error) int {
	fmt.Fprintln(os.Stderr, "harness:", err)
	return 2
}
