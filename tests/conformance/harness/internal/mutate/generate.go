package mutate

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A document is a good manifest to start from.
type document struct {
	name string
	kind string
	tree object
}

// A Generator makes cases out of good manifests.
type Generator struct {
	seed   uint64
	types  *Types
	format string
	byKind [][]*document
	all    []*document
}

// The ways to write a case.
const (
	FormatYAML  = "yaml"
	FormatJSON  = "json"
	FormatMixed = "mixed"
)

// NewGenerator makes a generator without documents.
func NewGenerator(seed uint64, types *Types, format string) *Generator {
	return &Generator{seed: seed, types: types, format: format}
}

// Add adds a good manifest, given as JSON. The order of adding matters for
// what a seed yields.
func (g *Generator) Add(name string, data []byte) error {
	value, err := decodeTree(data)
	if err != nil {
		return err
	}
	tree, ok := value.(object)
	if !ok {
		return errors.New("not an object")
	}
	d := &document{name: name, kind: fmt.Sprint(tree["apiVersion"], " ", tree["kind"]), tree: tree}
	g.all = append(g.all, d)
	i := slices.IndexFunc(g.byKind, func(group []*document) bool { return group[0].kind == d.kind })
	if i < 0 {
		g.byKind = append(g.byKind, []*document{d})
	} else {
		g.byKind[i] = append(g.byKind[i], d)
	}
	return nil
}

// Len is how many documents there are.
func (g *Generator) Len() int { return len(g.all) }

// A Case is one made manifest.
type Case struct {
	ID     string
	Text   string
	Source string
	Ops    []string
}

// Case makes the case of a number. The same seed, documents and number give
// the same case, whichever others are made.
func (g *Generator) Case(number int) Case {
	random := rand.New(rand.NewPCG(g.seed, uint64(number)))
	from := pick(random, pick(random, g.byKind))
	c := &change{random: random, root: clone(from.tree).(object), others: g.all}
	c.schema = g.types.For(fmt.Sprint(from.tree["apiVersion"]), fmt.Sprint(from.tree["kind"]))
	ops := genericOps
	if c.schema != nil {
		ops = slices.Concat(genericOps, schemaOps)
	}
	// Now and then the good manifest itself, mostly one change, often two.
	count := []int{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 1}[random.IntN(20)]
	var done []string
	for len(done) < count {
		chosen := weighted(random, ops)
		if what := chosen.apply(c); what != "" {
			done = append(done, chosen.name+" "+what)
		}
	}
	text, extension := g.write(random, c.root)
	return Case{
		ID:     fmt.Sprintf("%s-%d-%06d.%s", strings.ToLower(fmt.Sprint(from.tree["kind"])), g.seed, number, extension),
		Text:   text,
		Source: from.name,
		Ops:    done,
	}
}

func (g *Generator) write(random *rand.Rand, root object) (text, extension string) {
	var out bytes.Buffer
	if g.format == FormatJSON || g.format == FormatMixed && random.IntN(4) == 0 {
		writeJSON(&out, root)
		return out.String(), FormatJSON
	}
	writeYAML(&out, root, 0, false)
	return out.String(), FormatYAML
}

func weighted(random *rand.Rand, ops []op) op {
	total := 0
	for _, o := range ops {
		total += o.weight
	}
	at := random.IntN(total)
	for _, o := range ops {
		if at -= o.weight; at < 0 {
			return o
		}
	}
	panic("unreachable")
}
