package verdict

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// extensions are the files that kubectl takes from a folder.
var extensions = []string{".json", ".yaml", ".yml"}

// Files lists the manifests under each path: a file is taken as it is, of a
// folder all files that have a manifest's extension.
func Files(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !entry.IsDir() && (name == path || slices.Contains(extensions, filepath.Ext(name))) {
				files = append(files, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// FromFiles reads manifests into records that await their verdict. The names
// in the records leave out the root's.
func FromFiles(files []string, root string) ([]Record, error) {
	var records []Record
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := file
		if relative, err := filepath.Rel(root, file); err == nil && root != "" {
			name = relative
		}
		records = append(records, fromText(name, data)...)
	}
	return records, nil
}

// FromCases reads made cases.
func FromCases(name string) ([]Record, error) {
	var records []Record
	err := ReadLines(name, func(c Case) error {
		rows := fromText(c.ID, []byte(c.Text))
		for i := range rows {
			rows[i].Source, rows[i].Ops = c.Source, c.Ops
			if i == 0 {
				rows[i].Text = c.Text
			}
		}
		records = append(records, rows...)
		return nil
	})
	return records, err
}

func fromText(name string, text []byte) []Record {
	var records []Record
	for _, row := range kubectlread.Read(text) {
		record := Record{
			File: name, Doc: row.Doc, Item: row.Item,
			Stage: row.Stage, Message: row.Message, Input: row.Input,
		}
		if row.YAML != "" {
			record.Message = row.YAML
		}
		if record.HasVerdict() {
			id := cluster.Identify(row.Input)
			record.APIVersion, record.Kind = id.APIVersion, id.Kind
			record.Namespace, record.Name = id.Namespace, id.Name
		}
		records = append(records, record)
	}
	return records
}

// IsCRD says whether a record is a definition of custom resources.
func (r *Record) IsCRD() bool {
	return r.Kind == "CustomResourceDefinition" && strings.HasPrefix(r.APIVersion, "apiextensions.k8s.io/")
}

// IsNamespace says whether a record is a Namespace.
func (r *Record) IsNamespace() bool { return r.Kind == "Namespace" && r.APIVersion == "v1" }
