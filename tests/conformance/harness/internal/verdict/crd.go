package verdict

import (
	"bytes"
	"encoding/json"
)

// WithoutCEL takes the x-kubernetes-validations out of CRDs, to tell what a
// server refuses because of them alone.
func WithoutCEL(crds [][]byte) ([][]byte, error) {
	var plain [][]byte
	for _, crd := range crds {
		decoder := json.NewDecoder(bytes.NewReader(crd))
		decoder.UseNumber()
		var tree any
		if err := decoder.Decode(&tree); err != nil {
			return nil, err
		}
		dropKey(tree, "x-kubernetes-validations")
		text, err := json.Marshal(tree)
		if err != nil {
			return nil, err
		}
		plain = append(plain, text)
	}
	return plain, nil
}

func dropKey(tree any, key string) {
	switch tree := tree.(type) {
	case map[string]any:
		delete(tree, key)
		for _, child := range tree {
			dropKey(child, key)
		}
	case []any:
		for _, child := range tree {
			dropKey(child, key)
		}
	}
}
