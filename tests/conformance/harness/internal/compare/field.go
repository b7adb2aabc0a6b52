package compare

import (
	"regexp"
	"strings"
)

var (
	indices     = regexp.MustCompile(`\[[^\]]*\]`)
	strictField = regexp.MustCompile(`(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"`)
	goField     = regexp.MustCompile(`Go struct field ([A-Za-z0-9_.]+) of type`)
	podTemplate = regexp.MustCompile(`^(?:spec\.jobTemplate\.)?spec\.template\.(spec|metadata)\b|^template\.template\.(spec|metadata)\b`)
)

// withoutIndices makes one field of all items of a list and of all keys of a
// map.
func withoutIndices(path string) string { return indices.ReplaceAllString(path, "") }

// groupField is the field under which a disagreement is counted: the pod
// templates of all workloads are one.
func groupField(kind, path string) string {
	field := withoutIndices(path)
	if match := podTemplate.FindString(field); match != "" {
		part := match[strings.LastIndexByte(match, '.')+1:]
		return "Pod " + part + field[len(match):]
	}
	return kind + " " + field
}

// badRequestFields takes the fields out of a message that is no list of
// causes: strict decoding names them with indices, the JSON decoder names Go's
// types without.
func badRequestFields(message string) []string {
	var fields []string
	for _, match := range strictField.FindAllStringSubmatch(message, -1) {
		fields = append(fields, match[1])
	}
	for _, match := range goField.FindAllStringSubmatch(message, -1) {
		fields = append(fields, goPath(match[1]))
	}
	return fields
}

// goPath makes a field path of the decoder's: the first part is the type that
// holds the field, and parts with a capital are embedded types, which do not
// show in JSON, but for the last, which is the field.
func goPath(path string) string {
	parts := strings.Split(path, ".")
	var kept []string
	for i, part := range parts {
		embedded := i < len(parts)-1 && part != "" && part[0] >= 'A' && part[0] <= 'Z'
		if i == 0 || part == "" || embedded {
			continue
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, ".")
}

// sameField compares a field of the server's message with a path of ours. The
// JSON decoder leaves indices and map keys out.
func sameField(theirs, ours string) bool {
	if theirs == ours {
		return true
	}
	if strings.Contains(theirs, "[") {
		return false
	}
	return indices.ReplaceAllString(ours, "") == theirs
}
