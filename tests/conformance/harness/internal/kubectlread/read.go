// Package kubectlread tells what kubectl's own reader makes of a file: how it
// cuts the bytes into documents, what each document is as JSON, and where it
// gives up. It calls the code that kubectl calls (apimachinery's
// YAMLOrJSONDecoder, sigs.k8s.io/yaml, the unstructured codec) and adds only
// what kubectl does not do: it goes on after a broken document, and it says
// when a key was given twice. It needs no server.
package kubectlread

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// The stages at which a document can end.
const (
	StageOK     = "ok"          // kubectl has an object to send
	StageYAML   = "yaml"        // neither YAML nor JSON, or not expressible as JSON
	StageStrict = "strict-yaml" // a key is given twice; kubectl silently keeps the last
	StageNoKind = "nokind"      // readable, but apiVersion or kind is missing
	StageList   = "list"        // a list that kubectl cannot take apart: an item is no object, or a list itself
	StageEmpty  = "empty"       // null (comments only) or a list without items: no object
)

// A Row is one document, or one item of a list.
type Row struct {
	Doc       int             `json:"doc"`
	Item      *int            `json:"item"`
	Stage     string          `json:"stage"`
	Message   string          `json:"message,omitempty"`
	YAML      string          `json:"yamlMessage,omitempty"` // where kubectl reports the JSON error: what the YAML reader said
	Input     json.RawMessage `json:"input,omitempty"`
	NoKind    bool            `json:"nokind,omitempty"`    // at stage strict-yaml: apiVersion or kind is missing too
	Unreached bool            `json:"unreached,omitempty"` // kubectl stopped at an earlier error in this file
	Replaced  bool            `json:"replaced,omitempty"`  // kubectl replaced bytes that are not UTF-8, or read UTF-16
}

// Read reads a whole file as kubectl does. Where kubectl stops, Read goes on
// with the next document if the reader can, and marks what follows.
func Read(data []byte) []Row {
	text, replaced := decode(data)
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), bufferSize)
	chunks := newChunker(text)
	var rows []Row
	unreached := false
	for doc := 0; ; doc++ {
		chunk := chunks.next()
		ext := runtime.RawExtension{}
		err := safeDecode(decoder, &ext)
		if err == io.EOF {
			break
		}
		var found []Row
		if err != nil {
			found = []Row{{Stage: StageYAML, Message: plainMessage(err), YAML: yamlMessage(err, chunk)}}
		} else {
			found = objects(bytes.TrimSpace(ext.Raw), chunk)
		}
		for i := range found {
			found[i].Doc = doc
			found[i].Unreached = unreached
			found[i].Replaced = replaced
		}
		rows = append(rows, found...)
		if err != nil {
			unreached = true
			if chunks.stuck {
				break
			}
		}
	}
	return rows
}

// bufferSize is what kubectl passes: how far it looks for an opening brace.
const bufferSize = 4096

// decode does what kubectl does to a file's bytes before any parsing: a byte
// order mark chooses UTF-16, and what is not UTF-8 becomes U+FFFD.
func decode(data []byte) (text []byte, replaced bool) {
	utf16bom := unicode.BOMOverride(unicode.UTF8.NewDecoder())
	text, err := io.ReadAll(transform.NewReader(bytes.NewReader(data), utf16bom))
	if err != nil {
		return data, false
	}
	withoutMark := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return text, !bytes.Equal(text, withoutMark)
}

// safeDecode turns a panic of the YAML library, which a hostile file can
// cause, into an error.
func safeDecode(decoder *yaml.YAMLOrJSONDecoder, into any) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return decoder.Decode(into)
}

// yamlMessage gives the YAML reader's complaint about a document that was
// taken for JSON first, because kubectl reports only the JSON reader's.
func yamlMessage(err error, source chunk) string {
	if _, ok := err.(yaml.JSONSyntaxError); !ok || source.json || source.text == nil {
		return ""
	}
	if _, err := sigsyaml.YAMLToJSON(source.text); err != nil {
		return err.Error()
	}
	return ""
}

// plainMessage leaves out the words that sigs.k8s.io/yaml puts in front of
// the YAML library's own message.
func plainMessage(err error) string {
	return strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
}
