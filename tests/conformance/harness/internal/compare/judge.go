package compare

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"plimsoll.dev/conformance/internal/verdict"
)

// Run lets plimsoll judge what the records were made of. Files are found from
// root on; made cases are written to a temporary folder.
//
// Definitions of custom resources among the cases are judged in a run of their
// own: a broken one must not decide what the other cases' types are.
func (p *Plimsoll) Run(records []verdict.Record, root string) (*Report, error) {
	var fromFiles, fromTexts, fromCRDs []verdict.Record
	textOf := map[string]string{}
	crdFile := map[string]bool{}
	for _, record := range records {
		if record.Text != "" {
			textOf[record.File] = record.Text
			crdFile[record.File] = record.IsCRD()
		}
	}
	for _, record := range records {
		_, made := textOf[record.File]
		switch {
		case !made:
			fromFiles = append(fromFiles, record)
		case crdFile[record.File]:
			fromCRDs = append(fromCRDs, record)
		default:
			fromTexts = append(fromTexts, record)
		}
	}
	all := &Report{}
	add := func(dir string, records []verdict.Record) error {
		report, err := p.Check(dir, fileNames(records))
		if err == nil {
			all.Findings = append(all.Findings, report.Findings...)
			all.Objects = append(all.Objects, report.Objects...)
		}
		return err
	}
	if err := add(root, fromFiles); err != nil {
		return nil, err
	}
	for _, group := range [][]verdict.Record{fromTexts, fromCRDs} {
		dir, err := os.MkdirTemp("", "plimsoll-cases-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		texts := map[string]string{}
		for _, record := range group {
			texts[record.File] = textOf[record.File]
		}
		if err := writeTexts(dir, texts); err != nil {
			return nil, err
		}
		if err := add(dir, group); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func fileNames(records []verdict.Record) []string {
	names := map[string]bool{}
	for _, record := range records {
		names[filepath.Clean(record.File)] = true
	}
	return slices.Sorted(maps.Keys(names))
}
