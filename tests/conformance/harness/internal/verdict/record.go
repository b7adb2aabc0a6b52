// Package verdict asks a server for its verdict on many objects and keeps the
// answers as lines of JSON, which other commands compare with.
package verdict

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// The stages at which a document can end, beyond those of the reader.
const (
	StageServer  = "server"  // the server gave a verdict
	StageNoMatch = "nomatch" // the server has no such kind
)

// ReasonNoAnswer stands for a reason where the server crashed on the request.
const ReasonNoAnswer = "NoAnswer"

// A Record is the verdict on one object.
type Record struct {
	File       string          `json:"file"`
	Doc        int             `json:"doc"`
	Item       *int            `json:"item,omitempty"`
	APIVersion string          `json:"apiVersion,omitempty"`
	Kind       string          `json:"kind,omitempty"`
	Namespace  string          `json:"namespace,omitempty"`
	Name       string          `json:"name,omitempty"`
	Stage      string          `json:"stage"`
	Accepted   bool            `json:"accepted"`
	Reason     string          `json:"reason,omitempty"`
	Message    string          `json:"message,omitempty"`
	Causes     []cluster.Cause `json:"causes,omitempty"`
	Warnings   []string        `json:"warnings,omitempty"`
	CELOnly    bool            `json:"celOnly,omitempty"` // refused because of CEL alone: of expressions in it, or of rules in its CRD
	Input      json.RawMessage `json:"input,omitempty"`
	Object     json.RawMessage `json:"object,omitempty"`

	// A made case carries its own text, so that the record stands by itself.
	Text   string   `json:"text,omitempty"`
	Source string   `json:"source,omitempty"`
	Ops    []string `json:"ops,omitempty"`
}

// A Case is one text to judge, made by the mutation generator.
type Case struct {
	ID     string   `json:"id"`   // also the file's name when written out
	Text   string   `json:"text"` // one YAML or JSON document
	Source string   `json:"source,omitempty"`
	Ops    []string `json:"ops,omitempty"`
}

// listStride: older records number the item I of the list D as D × stride + I.
const listStride = 100000

// Place is the document's index and the item's, -1 when it is no list item.
func (r *Record) Place() (doc, item int) {
	switch {
	case r.Item != nil:
		return r.Doc, *r.Item
	case r.Doc >= listStride:
		return r.Doc / listStride, r.Doc % listStride
	}
	return r.Doc, -1
}

// StateOnly says that the refusal speaks of what is in the cluster, not of the
// object, or that there is no answer.
func (r *Record) StateOnly() bool {
	if r.Stage != StageServer || r.Accepted {
		return false
	}
	switch r.Reason {
	case "AlreadyExists", "NotFound", ReasonNoAnswer:
		return true
	}
	return false
}

// HasVerdict says whether the document is one that gets a verdict: what is no
// manifest, or has no object in it, is left out.
func (r *Record) HasVerdict() bool {
	switch r.Stage {
	case kubectlread.StageEmpty, kubectlread.StageNoKind, kubectlread.StageList:
		return false
	}
	return true
}

// ReadLines decodes each line of an NDJSON file, gzipped when its name ends
// in .gz; "-" is stdin.
func ReadLines[T any](name string, each func(T) error) error {
	var in io.Reader = os.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	if strings.HasSuffix(name, ".gz") {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		in = unzipped
	}
	decoder := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	for {
		var line T
		if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := each(line); err != nil {
			return err
		}
	}
}

// A LineWriter writes NDJSON to a file, gzipped when its name ends in .gz; ""
// and "-" are stdout.
type LineWriter struct {
	encoder *json.Encoder
	closers []func() error
}

// NewLineWriter creates the file.
func NewLineWriter(name string) (*LineWriter, error) {
	w := &LineWriter{}
	file := os.Stdout
	if name != "" && name != "-" {
		var err error
		if file, err = os.Create(name); err != nil {
			return nil, err
		}
		w.closers = append(w.closers, file.Close)
	}
	var out io.Writer = file
	if strings.HasSuffix(name, ".gz") {
		zipped, err := gzip.NewWriterLevel(file, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		w.closers = append(w.closers, zipped.Close)
		out = zipped
	}
	buffered := bufio.NewWriterSize(out, 1<<20)
	w.closers = append(w.closers, buffered.Flush)
	w.encoder = json.NewEncoder(buffered)
	w.encoder.SetEscapeHTML(false)
	return w, nil
}

// Write adds a line.
func (w *LineWriter) Write(line any) error { return w.encoder.Encode(line) }

// Close finishes the file.
func (w *LineWriter) Close() error {
	var errs []error
	for i := len(w.closers) - 1; i >= 0; i-- {
		errs = append(errs, w.closers[i]())
	}
	w.closers = nil
	return errors.Join(errs...)
}
