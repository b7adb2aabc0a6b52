package verdict

import (
	"context"
	"errors"
	"slices"
	"sync"

	"plimsoll.dev/conformance/internal/cluster"
	"plimsoll.dev/conformance/internal/kubectlread"
)

// Inflight is how many requests are under way at once.
const Inflight = 32

// Judge fills in the server's verdict on every record that has an object.
// Namespaces and CRDs among the records are judged first, while the cluster
// is empty; then what the rest needs is made for real: the namespaces that
// objects name, and the given CRDs.
func Judge(ctx context.Context, server *cluster.Server, records []Record, crds [][]byte) error {
	var first, rest []int
	for i := range records {
		if records[i].Stage != kubectlread.StageOK {
			continue
		}
		if records[i].IsCRD() || records[i].IsNamespace() {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	if err := judgeAll(ctx, server, records, first); err != nil {
		return err
	}
	if err := server.InstallCRDs(ctx, crds); err != nil {
		return err
	}
	if err := makeNamespaces(ctx, server, records, rest); err != nil {
		return err
	}
	return judgeAll(ctx, server, records, rest)
}

func makeNamespaces(ctx context.Context, server *cluster.Server, records []Record, indices []int) error {
	var names []string
	for _, i := range indices {
		if name := records[i].Namespace; name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return Parallel(ctx, Inflight, len(names), func(ctx context.Context, i int) error {
		return server.CreateNamespace(ctx, names[i])
	})
}

func judgeAll(ctx context.Context, server *cluster.Server, records []Record, indices []int) error {
	return Parallel(ctx, Inflight, len(indices), func(ctx context.Context, i int) error {
		return judge(ctx, server, &records[indices[i]])
	})
}

func judge(ctx context.Context, server *cluster.Server, record *Record) error {
	answer, err := server.DryRun(ctx, record.Input)
	if noMatch := (cluster.NoMatchError{}); errors.As(err, &noMatch) {
		record.Stage = StageNoMatch
		record.Message = noMatch.Error()
		return nil
	}
	if err != nil && ctx.Err() == nil && server.Alive(ctx) {
		// The handler of this request has crashed, which happens: there is no
		// verdict, and the next request may well have one.
		record.Stage = StageServer
		record.Reason = ReasonNoAnswer
		record.Message = "the server crashed on this request"
		return nil
	}
	if err != nil {
		return err
	}
	record.Stage = StageServer
	record.Accepted = answer.Accepted
	record.Reason = answer.Reason
	record.Message = answer.Message
	record.Causes = answer.Causes
	record.Warnings = answer.Warnings
	record.Object = answer.Object
	record.markCEL()
	return nil
}

// Parallel calls work for 0 … count-1, so many at a time, until all are done or
// one fails.
func Parallel(ctx context.Context, inFlight, count int, work func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var group sync.WaitGroup
	for range min(inFlight, count) {
		group.Go(func() {
			for i := range next {
				if ctx.Err() == nil {
					if err := work(ctx, i); err != nil {
						cancel(err)
					}
				}
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
