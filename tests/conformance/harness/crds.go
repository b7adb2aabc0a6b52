package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// runCRDs prints the folders of Go modules that hold definitions of custom
// resources.
func runCRDs(args []string) int {
	flags := flag.NewFlagSet("crds", flag.ExitOnError)
	_ = flags.Parse(args)
	if flags.NArg() != 1 {
		return fail(errors.New("crds takes one file of lines MODULE VERSION FOLDER"))
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return fail(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 3 {
			return fail(fmt.Errorf("%s: not MODULE VERSION FOLDER: %s", flags.Arg(0), lines.Text()))
		}
		dir, err := moduleDir(fields[0] + "@" + fields[1])
		if err != nil {
			return fail(err)
		}
		fmt.Println(filepath.Join(dir, filepath.FromSlash(fields[2])))
	}
	if err := lines.Err(); err != nil {
		return fail(err)
	}
	return 0
}

// moduleDir downloads a module, unless it is there, and says where it lies.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // no module's own requirements matter
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if decodeErr := json.Unmarshal(out, &answer); decodeErr != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, errors.Join(err, decodeErr))
	}
	if answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	return answer.Dir, nil
}
