package normal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/verdict"
)

// A Result is the comparison in figures.
type Result struct {
	Cases, Equal int
	Kinds        map[string]*Kind
	Groups       []*Group
}

// A Kind is how often one kind's objects are equal.
type Kind struct{ Cases, Equal int }

// A Group is one way to differ.
type Group struct {
	Field, Ours, Server, Example string
	Count                        int
}

// Compare lets plimsoll write each accepted record's object as a server would
// store it. Arguments come behind "emit".
func Compare(binary string, arguments []string, records []verdict.Record) (*Result, error) {
	dir, err := os.MkdirTemp("", "plimsoll-normal-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err = filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	e := emitter{binary: binary, arguments: arguments, dir: dir}
	var asked []*verdict.Record
	for i := range records {
		record := &records[i]
		if record.Accepted && len(record.Object) > 0 && !record.IsCRD() {
			if err := os.WriteFile(filepath.Join(dir, name(len(asked))), record.Input, 0o644); err != nil {
				return nil, err
			}
			asked = append(asked, record)
		}
	}
	result := &Result{Kinds: map[string]*Kind{}}
	groups := map[string]*Group{}
	const chunk = 2000
	for from := 0; from < len(asked); from += chunk {
		to := min(from+chunk, len(asked))
		lines, err := e.emit(from, to)
		if err != nil {
			return nil, err
		}
		for i, line := range lines {
			result.add(asked[from+i], line, groups)
		}
	}
	for _, group := range groups {
		result.Groups = append(result.Groups, group)
	}
	slices.SortFunc(result.Groups, func(a, b *Group) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Field, b.Field)
	})
	return result, nil
}

func name(i int) string { return fmt.Sprintf("%07d.json", i) }

func (r *Result) add(record *verdict.Record, line []byte, groups map[string]*Group) {
	kind := record.APIVersion + " " + record.Kind
	if r.Kinds[kind] == nil {
		r.Kinds[kind] = &Kind{}
	}
	r.Cases++
	r.Kinds[kind].Cases++
	found := []gap{{field: "(nothing emitted)"}}
	if line != nil {
		found = compareOne(record, line)
	}
	if len(found) == 0 {
		r.Equal++
		r.Kinds[kind].Equal++
	}
	counted := map[string]bool{}
	for _, at := range found {
		key := kind + " " + at.field + " " + fmt.Sprint(at.ours == absent, at.server == absent)
		if groups[key] == nil {
			groups[key] = &Group{Field: record.Kind + " " + at.field, Ours: at.ours, Server: at.server, Example: record.File}
		}
		if !counted[key] {
			groups[key].Count++
			counted[key] = true
		}
	}
}

func compareOne(record *verdict.Record, line []byte) []gap {
	input, err := decode(record.Input)
	if err != nil {
		return []gap{{"(input)", err.Error(), ""}}
	}
	stored, err := decode(record.Object)
	if err != nil {
		return []gap{{"(object)", err.Error(), ""}}
	}
	emitted, err := decode(line)
	if err != nil {
		return []gap{{"(emitted)", err.Error(), ""}}
	}
	mask(stored, !named(input))
	mask(emitted, !named(input))
	return gaps("", stored, emitted)
}

// An emitter runs plimsoll emit on files of a folder.
type emitter struct {
	binary    string
	arguments []string
	dir       string
}

// emit answers with one line for each file, nil where there is none. A run that
// gives another number of lines is halved until the file is found.
func (e *emitter) emit(from, to int) ([][]byte, error) {
	args := append([]string{"emit", "-o", "ndjson"}, e.arguments...)
	args = append(args, "--")
	for i := from; i < to; i++ {
		args = append(args, name(i))
	}
	cmd := exec.Command(e.binary, args...)
	cmd.Dir = e.dir
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil // findings
	}
	if err != nil {
		return nil, fmt.Errorf("%s emit: %w\n%s", e.binary, err, complaints.String())
	}
	lines, err := linesOf(&out)
	if err != nil {
		return nil, err
	}
	switch {
	case len(lines) == to-from:
		return lines, nil
	case to-from == 1:
		return [][]byte{nil}, nil
	}
	middle := (from + to) / 2
	first, err := e.emit(from, middle)
	if err != nil {
		return nil, err
	}
	second, err := e.emit(middle, to)
	return append(first, second...), err
}

func linesOf(in io.Reader) ([][]byte, error) {
	var lines [][]byte
	reader := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
		}
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Print writes the figures, and the differences with the most frequent first.
func (r *Result) Print(out io.Writer, groups int) {
	fmt.Fprintf(out, "equal in normal form: %d of %d, %.2f %%\n\n", r.Equal, r.Cases, percent(r.Equal, r.Cases))
	for i, group := range r.Groups {
		if i == groups {
			fmt.Fprintf(out, "… and %d more\n", len(r.Groups)-i)
			break
		}
		fmt.Fprintf(out, "%6d  %s\n        %s\n        server: %s\n        ours:   %s\n", group.Count, group.Field, group.Example, group.Server, group.Ours)
	}
}

func percent(count, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(count) / float64(of)
}
