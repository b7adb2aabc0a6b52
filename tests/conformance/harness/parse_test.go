package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func TestParseBatch(t *testing.T) {
	want := `{"n":0,"docs":[{"doc":0,"item":null,"stage":"nokind","message":"apiVersion not set","input":{"a":1}}]}
{"n":1,"docs":[]}
`
	for framing, input := range map[string]string{
		"len": "5\na: 1\n0\n",
		"nul": "a: 1\n\x00\x00",
	} {
		var answer bytes.Buffer
		out := bufio.NewWriter(&answer)
		if err := parseBatch(bufio.NewReader(strings.NewReader(input)), framings[framing], out); err != nil {
			t.Errorf("%s: %v", framing, err)
		}
		if answer.String() != want {
			t.Errorf("%s: got %s", framing, answer.String())
		}
	}
}

func TestParseBatchCutOff(t *testing.T) {
	for _, input := range []string{"5\na: ", "5", "x\n"} {
		out := bufio.NewWriter(&bytes.Buffer{})
		if err := parseBatch(bufio.NewReader(strings.NewReader(input)), nextByLength, out); err == nil {
			t.Errorf("%q: no error", input)
		}
	}
}
