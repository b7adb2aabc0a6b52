package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"plimsoll.dev/conformance/internal/kubectlread"
)

// fileRow is a row of kubectl's reader with the file that it comes from.
type fileRow struct {
	File string `json:"file"`
	kubectlread.Row
}

// batchRow answers one input of a batch.
type batchRow struct {
	N    int               `json:"n"`
	Docs []kubectlread.Row `json:"docs"`
}

func runParse(args []string) int {
	flags := flag.NewFlagSet("parse", flag.ExitOnError)
	batch := flags.String("batch", "", "read many inputs from stdin: `framing` len (decimal length, line feed, bytes) or nul (each ends with a NUL)")
	expect := flags.String("expect", "", "compare with the documents of this NDJSON `file` of verdicts instead of printing")
	root := flags.String("root", ".", "folder that the file names of -expect start from")
	_ = flags.Parse(args)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	switch {
	case *batch != "":
		next, ok := framings[*batch]
		if !ok {
			return fail(fmt.Errorf("unknown framing %q", *batch))
		}
		if err := parseBatch(bufio.NewReaderSize(os.Stdin, 1<<20), next, out); err != nil {
			return fail(err)
		}
		return 0
	case *expect != "":
		return parseExpect(*expect, *root, out)
	}
	return parseFiles(flags.Args(), out)
}

func parseFiles(files []string, out io.Writer) int {
	encoder := json.NewEncoder(out)
	code := 0
	for _, file := range files {
		data, err := readFile(file)
		if err != nil {
			code = fail(err)
			continue
		}
		for _, row := range kubectlread.Read(data) {
			if err := encoder.Encode(fileRow{file, row}); err != nil {
				return fail(err)
			}
		}
	}
	return code
}

func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

// A framing takes the next input off a stream; io.EOF ends it.
type framing func(in *bufio.Reader) ([]byte, error)

var framings = map[string]framing{"len": nextByLength, "nul": nextByNUL}

func nextByLength(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadString('\n')
	if err == io.EOF && line != "" {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	size, err := strconv.ParseUint(strings.TrimSpace(line), 10, 31)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return data, nil
}

func nextByNUL(in *bufio.Reader) ([]byte, error) {
	data, err := in.ReadBytes(0)
	if err == io.EOF && len(data) > 0 {
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	return data[:len(data)-1], nil
}

// parseBatch answers each input with one line. It flushes as soon as no more
// input is waiting, so that a caller may also write one input, read one
// answer, and so on.
func parseBatch(in *bufio.Reader, next framing, out *bufio.Writer) error {
	encoder := json.NewEncoder(out)
	for n := 0; ; n++ {
		data, err := next(in)
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		rows := kubectlread.Read(data)
		if rows == nil {
			rows = []kubectlread.Row{}
		}
		if err := encoder.Encode(batchRow{n, rows}); err != nil {
			return err
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}
