package kubectlread

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// objects makes rows of one document that could be read.
func objects(raw []byte, source chunk) []Row {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return []Row{{Stage: StageEmpty, Input: json.RawMessage("null")}}
	}
	rows := unroll(raw)
	if err := duplicateKeys(source); err != nil {
		for i := range rows {
			rows[i].NoKind = rows[i].Stage == StageNoKind
			rows[i].Stage = StageStrict
			rows[i].Message = err.Error()
		}
	}
	return rows
}

// duplicateKeys says which keys the strict readers refuse. kubectl itself
// reads leniently.
func duplicateKeys(source chunk) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	if !source.json {
		_, err := yaml.YAMLToJSONStrict(source.text)
		return err
	}
	var value any
	strict, err := kjson.UnmarshalStrict(source.text, &value, kjson.DisallowDuplicateFields)
	if err != nil {
		return err
	}
	return errors.Join(strict...)
}

// unroll decodes a document with kubectl's codec and flattens lists as
// kubectl does. What has an items field is a list, whatever its kind; a list
// within a list is beyond kubectl (it fails on it).
func unroll(raw []byte) []Row {
	if err := typeMeta(raw); err != nil {
		return []Row{{Stage: StageNoKind, Message: err.Error(), Input: raw}}
	}
	object, _, err := unstructured.UnstructuredJSONScheme.Decode(raw, nil, nil)
	if runtime.IsMissingKind(err) {
		// An apiVersion with two slashes leaves kubectl without a kind.
		return []Row{{Stage: StageNoKind, Message: "kind is missing, or apiVersion is no GROUP/VERSION", Input: raw}}
	}
	if err != nil {
		return []Row{{Stage: StageList, Message: err.Error(), Input: raw}}
	}
	if !meta.IsListType(object) {
		return []Row{objectRow(object)}
	}
	var rows []Row
	queue := []runtime.Object{object}
	for i := 0; i < len(queue); i++ {
		if !meta.IsListType(queue[i]) {
			row := objectRow(queue[i])
			index := len(rows)
			row.Item = &index
			rows = append(rows, row)
			continue
		}
		items, err := meta.ExtractList(queue[i])
		if err != nil {
			return []Row{{Stage: StageList, Message: err.Error(), Input: raw}}
		}
		queue = append(queue, items...)
	}
	if len(rows) == 0 {
		return []Row{{Stage: StageEmpty, Message: "a list without items", Input: json.RawMessage("null")}}
	}
	return rows
}

// objectRow writes an object as kubectl would send it.
func objectRow(object runtime.Object) Row {
	var out bytes.Buffer
	if err := unstructured.UnstructuredJSONScheme.Encode(object, &out); err != nil {
		return Row{Stage: StageList, Message: err.Error()}
	}
	input := bytes.TrimSpace(out.Bytes())
	if err := typeMeta(input); err != nil {
		return Row{Stage: StageNoKind, Message: err.Error(), Input: input}
	}
	return Row{Stage: StageOK, Input: input}
}

// typeMeta refuses what kubectl's own check refuses before it asks a server:
// a document that is no object, or that has no apiVersion or kind.
func typeMeta(raw []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return errors.New("not an object")
	}
	for _, name := range []string{"apiVersion", "kind"} {
		value, ok := fields[name]
		if !ok {
			return fmt.Errorf("%s not set", name)
		}
		var text *string
		if err := json.Unmarshal(value, &text); err != nil || text == nil {
			return fmt.Errorf("%s isn't string type", name)
		}
		if *text == "" {
			return fmt.Errorf("%s is empty", name)
		}
	}
	return nil
}
