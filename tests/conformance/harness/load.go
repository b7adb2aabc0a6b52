package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"plimsoll.dev/conformance/internal/verdict"
)

// runLoad asks a server as much as plimsoll apply does, and as fast as it answers: server-side
// applies of ConfigMaps over HTTP/2, so many in flight at a time, each worker sending its next
// request when the last is answered. Prints the seconds from the first connection on.
func runLoad(args []string) int {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	count := flags.Int("count", 1000, "how many objects")
	inFlight := flags.Int("in-flight", 32, "requests under way at a time")
	prefix := flags.String("prefix", "load", "what the objects' names begin with")
	namespace := flags.String("namespace", "default", "where they are")
	preflight := flags.Bool("preflight", false, "a dry run of everything comes first")
	_ = flags.Parse(args)
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return fail(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return fail(err)
	}
	load := &load{client: client, host: config.Host, prefix: *prefix, namespace: *namespace, count: *count, inFlight: *inFlight}
	start := time.Now()
	if *preflight {
		err = load.all("&dryRun=All")
	}
	if err == nil {
		err = load.all("")
	}
	if err != nil {
		return fail(err)
	}
	fmt.Printf("%.3f\n", time.Since(start).Seconds())
	return 0
}

type load struct {
	client                  *http.Client
	host, prefix, namespace string
	count, inFlight         int
}

func (l *load) all(query string) error {
	return verdict.Parallel(context.Background(), l.inFlight, l.count, func(_ context.Context, i int) error {
		return l.one(i, query)
	})
}

func (l *load) one(i int, query string) error {
	name := fmt.Sprintf("%s-%d", l.prefix, i)
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q,"namespace":%q},"data":{"key":"v%d"}}`, name, l.namespace, i)
	url := fmt.Sprintf("%s/api/v1/namespaces/%s/configmaps/%s?fieldManager=plimsoll&fieldValidation=Strict%s", l.host, l.namespace, name, query)
	request, err := http.NewRequest(http.MethodPatch, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/apply-patch+yaml")
	request.Header.Set("Accept", "application/json")
	answer, err := l.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", name, answer.Status)
	}
	return nil
}
