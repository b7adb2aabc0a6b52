package choose

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"

	"plimsoll.dev/conformance/internal/verdict"
)

// Limits say how many cases to keep.
type Limits struct {
	Seed     uint64
	Refused  int // of one shape that is refused as Invalid
	Decoding int // of one shape that cannot be decoded
	Accepted int // of one shape that is accepted
	Longest  int // texts longer than so many bytes are left out; 0 means no limit
	Total    int // in all, kinds evenly; 0 means no limit
}

// Thin gives the indices of the records to keep, in their old order. Which
// ones follows from the seed and the names of the cases, not from their order.
func Thin(records []verdict.Record, limits Limits) []int {
	shapes := map[string][]int{}
	for i := range records {
		record := &records[i]
		long := limits.Longest > 0 && len(record.Text) > limits.Longest
		if record.HasVerdict() && !record.StateOnly() && !long {
			shape := Shape(record)
			shapes[shape] = append(shapes[shape], i)
		}
	}
	byKind := map[string][]int{}
	rank := make([]int, len(records))
	for _, members := range shapes {
		slices.SortFunc(members, func(a, b int) int { return cmp.Compare(draw(limits.Seed, &records[a]), draw(limits.Seed, &records[b])) })
		for at, i := range members[:min(len(members), limits.of(&records[members[0]]))] {
			rank[i] = at
			byKind[records[i].Kind] = append(byKind[records[i].Kind], i)
		}
	}
	var kept []int
	for _, members := range byKind {
		// The first of every shape comes before the second of any.
		slices.SortFunc(members, func(a, b int) int {
			return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(draw(limits.Seed, &records[a]), draw(limits.Seed, &records[b])))
		})
		if limits.Total > 0 {
			members = members[:min(len(members), share(byKind, limits.Total))]
		}
		kept = append(kept, members...)
	}
	slices.Sort(kept)
	return kept
}

func (l Limits) of(record *verdict.Record) int {
	switch {
	case record.Accepted:
		return l.Accepted
	case record.Reason == "Invalid":
		return l.Refused
	}
	return l.Decoding
}

// share is how many cases each kind may have so that all kinds together keep
// to a total: kinds with few leave theirs to the others.
func share(byKind map[string][]int, total int) int {
	most := 0
	for limit := 1; ; limit++ {
		sum, more := 0, false
		for _, members := range byKind {
			sum += min(len(members), limit)
			more = more || len(members) > limit
		}
		if sum > total {
			return most
		}
		most = limit
		if !more {
			return most
		}
	}
}

// draw is a number by which cases are drawn.
func draw(seed uint64, record *verdict.Record) uint64 {
	hash := fnv.New64a()
	var start [8]byte
	binary.LittleEndian.PutUint64(start[:], seed)
	_, _ = hash.Write(start[:])
	_, _ = hash.Write([]byte(record.File))
	sum := hash.Sum64()
	// FNV leaves the high bits of short, similar names close together.
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	return sum
}

// Half says into which of two halves a case falls.
func Half(seed uint64, record *verdict.Record) int {
	return int(draw(seed^0x9e3779b97f4a7c15, record) & 1)
}
