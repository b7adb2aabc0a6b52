package endpoints

import "encoding/json"

// An object is a manifest as a tree.
type object map[string]any

func parse(data []byte) (object, error) {
	var o object
	err := json.Unmarshal(data, &o)
	return o, err
}

func (o object) bytes() []byte {
	data, err := json.Marshal(o)
	if err != nil {
		panic(err) // it was made of JSON
	}
	return data
}

// at follows keys through maps; nil where the way ends.
func (o object) at(keys ...string) any {
	var value any = map[string]any(o)
	for _, key := range keys {
		next, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = next[key]
	}
	return value
}

func (o object) text(keys ...string) string {
	text, _ := o.at(keys...).(string)
	return text
}

// number reads an integer; instead where there is none.
func (o object) number(instead int, keys ...string) int {
	if value, ok := o.at(keys...).(float64); ok {
		return int(value)
	}
	return instead
}

func (o object) list(keys ...string) []object {
	items, _ := o.at(keys...).([]any)
	var all []object
	for _, item := range items {
		if one, ok := item.(map[string]any); ok {
			all = append(all, one)
		}
	}
	return all
}

func (o object) metadata() map[string]any {
	metadata, ok := o["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		o["metadata"] = metadata
	}
	return metadata
}
