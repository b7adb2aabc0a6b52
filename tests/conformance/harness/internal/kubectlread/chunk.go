package kubectlread

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// A chunk is the source text of one document.
type chunk struct {
	text []byte
	json bool // read by the JSON decoder
}

// chunker follows YAMLOrJSONDecoder through the same text in step with it,
// because the decoder does not give away the bytes of the document that it
// has just read. The bytes are needed to look for keys given twice.
type chunker struct {
	text     []byte
	json     *json.Decoder
	consumed int64
	count    int
	yaml     *yaml.YAMLReader
	stuck    bool // the decoder can never get past its present error
}

func newChunker(text []byte) *chunker {
	c := &chunker{text: text}
	if head := text[:min(len(text), bufferSize)]; yaml.IsJSONBuffer(head) {
		c.json = json.NewDecoder(bytes.NewReader(text))
	} else {
		c.startYAML(0)
	}
	return c
}

// next must be called once before each call of the decoder's Decode.
func (c *chunker) next() chunk {
	if c.json != nil {
		var raw json.RawMessage
		err := c.json.Decode(&raw)
		if err == nil {
			c.count++
			c.consumed = c.json.InputOffset()
			return chunk{text: raw, json: true}
		}
		if err == io.EOF {
			return chunk{}
		}
		if c.count > 1 {
			c.stuck = true
			return chunk{}
		}
		c.json = nil
		if offset, ok := skipLineEnd(c.text, int(c.consumed)); ok {
			c.startYAML(offset)
		} else {
			c.stuck = true
		}
	}
	if c.yaml == nil {
		return chunk{}
	}
	text, err := c.yaml.Read()
	if err != nil {
		return chunk{}
	}
	return chunk{text: text}
}

func (c *chunker) startYAML(offset int) {
	c.yaml = yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(c.text[offset:])))
}

// skipLineEnd does as the decoder's consumeWhitespace: white space up to and
// including the first line feed is skipped. It looks at four bytes at a time
// and therefore fails on a rest of fewer than four bytes.
func skipLineEnd(text []byte, offset int) (int, bool) {
	for {
		if len(text)-offset < utf8.UTFMax {
			return 0, false
		}
		r, size := utf8.DecodeRune(text[offset : offset+utf8.UTFMax])
		if r == utf8.RuneError {
			return 0, false
		}
		if !unicode.IsSpace(r) {
			return offset, true
		}
		offset += size
		if r == '\n' {
			return offset, true
		}
	}
}
