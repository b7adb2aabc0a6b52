package mutate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A Schema is what the generator knows of a field's type: the openAPIV3Schema
// of a CRD, or a definition of Kubernetes' OpenAPI document. All methods may
// be called on nil, which means that nothing is known.
type Schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Properties map[string]*Schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *Schema            `json:"items"`
	Additional schemaOrBool       `json:"additionalProperties"`
	Enum       []any              `json:"enum"`
	Pattern    string             `json:"pattern"`
	Nullable   bool               `json:"nullable"`
	Minimum    *float64           `json:"minimum"`
	Maximum    *float64           `json:"maximum"`
	MinLength  *int               `json:"minLength"`
	MaxLength  *int               `json:"maxLength"`
	MinItems   *int               `json:"minItems"`
	MaxItems   *int               `json:"maxItems"`
	OneOf      []*Schema          `json:"oneOf"`
	AnyOf      []*Schema          `json:"anyOf"`

	IntOrString bool     `json:"x-kubernetes-int-or-string"`
	Preserve    bool     `json:"x-kubernetes-preserve-unknown-fields"`
	Embedded    bool     `json:"x-kubernetes-embedded-resource"`
	ListType    string   `json:"x-kubernetes-list-type"`
	ListMapKeys []string `json:"x-kubernetes-list-map-keys"`

	// Name is the definition's, of Kubernetes' OpenAPI document.
	Name string `json:"-"`

	target *Schema // what Ref refers to
}

// schemaOrBool is additionalProperties, which may be just true or false.
type schemaOrBool struct{ schema *Schema }

func (s *schemaOrBool) UnmarshalJSON(data []byte) error {
	if string(data) == "true" || string(data) == "false" || string(data) == "null" {
		return nil
	}
	return json.Unmarshal(data, &s.schema)
}

func (s *Schema) resolve() *Schema {
	for s != nil && s.target != nil {
		s = s.target
	}
	return s
}

func (s *Schema) property(key string) *Schema {
	if s = s.resolve(); s == nil {
		return nil
	}
	if found := s.Properties[strings.TrimSuffix(key, again)]; found != nil {
		return found.resolve()
	}
	return s.Additional.schema.resolve()
}

func (s *Schema) items() *Schema {
	if s = s.resolve(); s == nil {
		return nil
	}
	return s.Items.resolve()
}

func (s *Schema) isNumber() bool {
	return s != nil && (s.Type == "integer" || s.Type == "number" || s.isIntOrString())
}

func (s *Schema) isIntOrString() bool { return s.IntOrString || s.Format == "int-or-string" }

// oddNumber is at or beyond a limit of the field, or of numbers in general.
func (s *Schema) oddNumber(random *rand.Rand) json.Number {
	if s != nil && random.IntN(2) == 0 {
		var limits []json.Number
		if s.Minimum != nil {
			limits = append(limits, whole(*s.Minimum), whole(*s.Minimum-1))
		}
		if s.Maximum != nil {
			limits = append(limits, whole(*s.Maximum), whole(*s.Maximum+1))
		}
		if len(limits) > 0 {
			return pick(random, limits)
		}
	}
	return pick(random, oddNumbers)
}

func whole(value float64) json.Number { return json.Number(fmt.Sprintf("%.0f", value)) }

// oddText is a text that may break the field's format, guessed from the
// schema or from the field's name.
func (s *Schema) oddText(random *rand.Rand, key string) string {
	if s != nil && random.IntN(3) > 0 {
		switch {
		case len(s.Enum) > 0:
			return s.oddEnum(random)
		case s.MaxLength != nil && random.IntN(2) == 0:
			return strings.Repeat("a", *s.MaxLength+random.IntN(2))
		case s.MinLength != nil && *s.MinLength > 0 && random.IntN(2) == 0:
			return strings.Repeat("a", *s.MinLength-random.IntN(2))
		case s.Format == "date-time":
			return pick(random, oddTimes)
		case s.Format == "byte":
			return pick(random, oddBytes)
		case s.isIntOrString():
			return pick(random, append([]string{"50%", "101%", "-1", "http"}, oddQuantities...))
		}
	}
	lower := strings.ToLower(key)
	if random.IntN(4) > 0 {
		for _, guess := range textGuesses {
			if strings.Contains(lower, guess.part) {
				return pick(random, guess.values)
			}
		}
	}
	return oddText(random)
}

var textGuesses = []struct {
	part   string
	values []string
}{
	{"cpu", oddQuantities}, {"memory", oddQuantities}, {"storage", oddQuantities}, {"quantity", oddQuantities},
	{"time", oddTimes}, {"duration", oddTimes}, {"interval", oddTimes}, {"schedule", oddWords},
	{"ip", oddAddresses}, {"cidr", oddAddresses}, {"address", oddAddresses}, {"host", append(oddAddresses, oddNames...)}, {"url", oddAddresses},
	{"policy", oddWords}, {"type", oddWords}, {"mode", oddWords}, {"protocol", oddWords}, {"operator", oddWords}, {"effect", oddWords}, {"path", oddWords},
	{"name", oddNames}, {"key", oddNames}, {"label", oddNames},
}

func (s *Schema) oddEnum(random *rand.Rand) string {
	value, ok := pick(random, s.Enum).(string)
	if !ok {
		return "other"
	}
	switch random.IntN(4) {
	case 0:
		return value
	case 1:
		return strings.ToLower(value)
	case 2:
		return value + "x"
	}
	return ""
}

// Types are the schemas of the kinds that the generator knows.
type Types struct {
	definitions map[string]*Schema
	kinds       map[string]*Schema // "apiVersion kind"
}

// NewTypes knows nothing yet.
func NewTypes() *Types {
	return &Types{definitions: map[string]*Schema{}, kinds: map[string]*Schema{}}
}

// For finds the schema of a kind, or nil.
func (t *Types) For(apiVersion, kind string) *Schema {
	if t == nil {
		return nil
	}
	return t.kinds[apiVersion+" "+kind].resolve()
}

// AddCRD adds the kinds of a CustomResourceDefinition given as JSON.
func (t *Types) AddCRD(data []byte) error {
	var crd struct {
		Spec struct {
			Group    string                `json:"group"`
			Names    struct{ Kind string } `json:"names"`
			Versions []struct {
				Name   string `json:"name"`
				Schema struct {
					OpenAPI *Schema `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(data, &crd); err != nil {
		return err
	}
	for _, version := range crd.Spec.Versions {
		t.kinds[crd.Spec.Group+"/"+version.Name+" "+crd.Spec.Names.Kind] = version.Schema.OpenAPI
	}
	return nil
}

// AddOpenAPI adds the kinds of Kubernetes' OpenAPI document (version 2).
func (t *Types) AddOpenAPI(data []byte) error {
	var document struct {
		Definitions map[string]*struct {
			Schema
			Kinds []struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
		} `json:"definitions"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	for name, definition := range document.Definitions {
		t.definitions["#/definitions/"+name] = &definition.Schema
		definition.Name = name
		for _, kind := range definition.Kinds {
			apiVersion := strings.TrimPrefix(kind.Group+"/"+kind.Version, "/")
			t.kinds[apiVersion+" "+kind.Kind] = &definition.Schema
		}
	}
	for _, definition := range t.definitions {
		t.link(definition)
	}
	return nil
}

func (t *Types) link(s *Schema) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		s.target = t.definitions[s.Ref]
		return
	}
	for _, property := range s.Properties {
		t.link(property)
	}
	t.link(s.Items)
	t.link(s.Additional.schema)
}
