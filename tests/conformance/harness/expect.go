package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"plimsoll.dev/conformance/internal/kubectlread"
)

// listStride is how recorded verdicts number the items of a list: the
// document's index times the stride, plus the item's index.
const listStride = 100000

// recorded is the part of a recorded verdict that concerns the reader.
type recorded struct {
	File    string          `json:"file"`
	Doc     int             `json:"doc"`
	Stage   string          `json:"stage"`
	Message string          `json:"message"`
	Input   json.RawMessage `json:"input"`
}

// parseExpect reads the files of recorded verdicts again and compares
// document by document.
func parseExpect(verdicts, root string, out io.Writer) int {
	data, err := os.ReadFile(verdicts)
	if err != nil {
		return fail(err)
	}
	files := map[string]map[int]kubectlread.Row{}
	total, equal := 0, 0
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var want recorded
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			return fail(err)
		}
		if files[want.File] == nil {
			text, err := os.ReadFile(filepath.Join(root, want.File))
			if err != nil {
				return fail(err)
			}
			files[want.File] = byRecordedNumber(kubectlread.Read(text))
		}
		total++
		got, ok := files[want.File][want.Doc]
		if problem := readDifference(want, got, ok); problem != "" {
			fmt.Fprintf(out, "%s doc %d: %s\n", want.File, want.Doc, problem)
			continue
		}
		equal++
	}
	if err := lines.Err(); err != nil {
		return fail(err)
	}
	fmt.Fprintf(out, "%d of %d documents read the same\n", equal, total)
	if equal != total {
		return 1
	}
	return 0
}

func byRecordedNumber(rows []kubectlread.Row) map[int]kubectlread.Row {
	numbered := map[int]kubectlread.Row{}
	for _, row := range rows {
		number := row.Doc
		if row.Item != nil {
			number = row.Doc*listStride + *row.Item
		}
		numbered[number] = row
	}
	return numbered
}

// readDifference compares stage and value. A recorded verdict names the stage
// that a server ended ("server", "nomatch") where the reader was content.
func readDifference(want recorded, got kubectlread.Row, ok bool) string {
	if !ok {
		return "no such document"
	}
	stage := want.Stage
	if stage == "server" || stage == "nomatch" {
		stage = kubectlread.StageOK
	}
	if got.Stage != stage {
		return fmt.Sprintf("stage is %s, recorded %s", got.Stage, stage)
	}
	if want.Message != "" && stage != kubectlread.StageOK && got.Message != want.Message && got.YAML != want.Message {
		return fmt.Sprintf("message is %q, recorded %q", got.Message, want.Message)
	}
	if want.Input != nil && !sameJSON(want.Input, got.Input) {
		return fmt.Sprintf("value is %s, recorded %s", got.Input, want.Input)
	}
	return ""
}

// sameJSON compares two JSON texts as values, numbers by their digits.
func sameJSON(a, b []byte) bool {
	var values [2]any
	for i, text := range [][]byte{a, b} {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&values[i]); err != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}
