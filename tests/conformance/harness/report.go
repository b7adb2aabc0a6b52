package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"plimsoll.dev/conformance/internal/compare"
)

// runReport writes the figures of comparisons as a page of documentation.
func runReport(args []string) int {
	flags := flag.NewFlagSet("report", flag.ExitOnError)
	out := flags.String("o", "", "the page's `file`")
	kubernetes := flags.String("kubernetes", newest, "the server's `version`")
	binary := flags.String("plimsoll", "", "plimsoll's `binary`, for its version")
	seed := flags.Uint64("seed", 1, "the seed of the made cases")
	_ = flags.Parse(args)
	page := compare.Page{
		Date:       time.Now().UTC().Format(time.DateOnly),
		Kubernetes: *kubernetes,
		Plimsoll:   versionOf(*binary),
		Seed:       *seed,
	}
	for _, arg := range flags.Args() {
		name, file, ok := strings.Cut(arg, "=")
		if !ok {
			return fail(errors.New("report takes NAME=FILE"))
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return fail(err)
		}
		section := compare.Section{Name: name}
		if err := json.Unmarshal(data, &section.Result); err != nil {
			return fail(fmt.Errorf("%s: %w", file, err))
		}
		page.Sections = append(page.Sections, section)
	}
	if err := os.WriteFile(*out, []byte(page.Markdown()), 0o644); err != nil {
		return fail(err)
	}
	return 0
}

// versionOf asks plimsoll for its version.
func versionOf(binary string) string {
	out, err := exec.Command(binary, "--version").Output()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || first == "" {
		return "plimsoll (version unknown)"
	}
	return first
}
