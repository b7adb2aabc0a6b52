// Package compare holds plimsoll's verdicts against a server's and says where
// they differ, most frequent first, so that the top line names the next rule
// to write.
package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Report is what `plimsoll check -o json` prints, as far as it is compared.
type Report struct {
	Version  int       `json:"version"`
	Findings []Finding `json:"findings"`
	Objects  []Object  `json:"objects"`
}

// A Finding is one complaint.
type Finding struct {
	Rule       string `json:"rule"`
	Severity   string `json:"severity"`
	Origin     string `json:"origin"`
	Message    string `json:"message"`
	File       string `json:"file"`
	Doc        *int   `json:"doc"`
	Item       *int   `json:"item"`
	Path       string `json:"path"`
	ServerPath string `json:"serverPath"`
	Reason     string `json:"reason"`
	Later      bool   `json:"later"`
}

// An Object is one object with its verdict.
type Object struct {
	File       string            `json:"file"`
	Doc        int               `json:"doc"`
	Item       *int              `json:"item"`
	APIVersion *string           `json:"apiVersion"`
	Kind       *string           `json:"kind"`
	Verdict    string            `json:"verdict"`
	Unchecked  []json.RawMessage `json:"unchecked"`
}

// The verdicts of plimsoll.
const (
	Accepted    = "accepted"
	Refused     = "refused"
	UnknownKind = "unknown-kind"
)

// Plimsoll is a binary to run.
type Plimsoll struct {
	Binary string
	Args   []string // more arguments for check, such as --crds
}

// argumentBytes keeps a command line below what systems allow.
const argumentBytes = 500_000

// Check runs plimsoll on files of a folder, in as many runs as the length of
// the command line asks for, and joins the reports.
func (p *Plimsoll) Check(dir string, files []string) (*Report, error) {
	all := &Report{}
	for len(files) > 0 {
		size, count := 0, 0
		for count < len(files) && size < argumentBytes {
			size += len(files[count]) + 1
			count++
		}
		one, err := p.run(dir, files[:count])
		if err != nil {
			return nil, err
		}
		all.Version = one.Version
		all.Findings = append(all.Findings, one.Findings...)
		all.Objects = append(all.Objects, one.Objects...)
		files = files[count:]
	}
	return all, nil
}

func (p *Plimsoll) run(dir string, files []string) (*Report, error) {
	binary, err := filepath.Abs(p.Binary)
	if err != nil {
		return nil, err
	}
	args := append([]string{"check", "-o", "json"}, p.Args...)
	cmd := exec.Command(binary, append(append(args, "--"), files...)...)
	cmd.Dir = dir
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil // findings
	}
	if err != nil {
		return nil, fmt.Errorf("%s check: %w\n%s", p.Binary, err, tail(complaints.String()))
	}
	return ReadReport(out.Bytes())
}

// ReadReport decodes a report.
func ReadReport(data []byte) (*Report, error) {
	var report Report
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("plimsoll's report: %w", err)
	}
	if report.Version != 1 {
		return nil, fmt.Errorf("plimsoll's report has version %d, not 1", report.Version)
	}
	return &report, nil
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// writeTexts puts made cases into files of a folder.
func writeTexts(dir string, texts map[string]string) error {
	for name, text := range texts {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
