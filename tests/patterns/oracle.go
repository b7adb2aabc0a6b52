// oracle answers with Go's regexp, which is what the API server runs: for each
// line "pattern subject" (both in hexadecimal, - for empty) it prints bad, yes or no.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func decode(word string) string {
	text, err := hex.DecodeString(strings.TrimPrefix(word, "-"))
	if err != nil {
		panic(err)
	}
	return string(text)
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		pattern, err := regexp.Compile(decode(words[0]))
		switch {
		case err != nil:
			fmt.Fprintln(out, "bad")
		case pattern.MatchString(decode(words[1])):
			fmt.Fprintln(out, "yes")
		default:
			fmt.Fprintln(out, "no")
		}
	}
}
