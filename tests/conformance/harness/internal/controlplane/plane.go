// Package controlplane runs a real Kubernetes control plane on loopback for as
// long as somebody needs it: etcd, kube-apiserver and, when asked for,
// kube-controller-manager, each on free ports and with fresh data. It ends the
// processes that it started and no others.
package controlplane

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/rest"
)

// Options say what to run.
type Options struct {
	Binaries    string   // folder with kube-apiserver and kube-controller-manager, as build.sh prints it
	Dir         string   // working folder; a temporary one when empty, removed at the end unless something failed
	Controllers []string // controllers to run; none when empty
	APIServer   []string // more flags for kube-apiserver
	Restart     bool     // start kube-apiserver again when it is killed, on the same port and data
}

// A Plane is a running control plane.
type Plane struct {
	dir        string
	ownDir     bool
	token      string
	host       string
	binaries   string
	keep       bool // something failed: the logs stay
	processes  []*process
	stopWorker func()
	apiserver  []string // the arguments of kube-apiserver
	keeper     *keeper  // restarts kube-apiserver; nil: nobody does
}

const (
	startTries = 3               // a port that was free may be taken by the time it is used
	readyBound = 3 * time.Minute // a busy machine needs its time; a working one needs six seconds
	pollEvery  = 100 * time.Millisecond
)

// Start runs a control plane and returns when it answers requests.
func Start(ctx context.Context, options Options) (*Plane, error) {
	var err error
	for range startTries {
		var plane *Plane
		plane, err = startOnce(ctx, options)
		if err == nil {
			return plane, nil
		}
		if !errors.Is(err, errPortTaken) {
			return nil, err
		}
	}
	return nil, err
}

var errPortTaken = errors.New("a port was taken meanwhile")

func startOnce(ctx context.Context, options Options) (_ *Plane, err error) {
	p := &Plane{dir: options.Dir, binaries: options.Binaries}
	if p.dir == "" {
		if p.dir, err = os.MkdirTemp("", "plimsoll-controlplane-"); err != nil {
			return nil, err
		}
		p.ownDir = true
	} else if err = os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s(logs are in %s)", err, p.logTails(), p.dir)
			p.keep = true
			p.Stop()
		}
	}()
	spawner := newSpawner()
	p.stopWorker = spawner.stop
	etcd, err := p.startEtcd(ctx, spawner)
	if err != nil {
		return nil, err
	}
	if err = p.startAPIServer(ctx, spawner, etcd, options.APIServer); err != nil {
		return nil, err
	}
	if options.Restart {
		if p.keeper, err = p.keepAPIServer(spawner, etcd); err != nil {
			return nil, err
		}
	}
	if err = p.writeKubeconfig(); err != nil {
		return nil, err
	}
	if len(options.Controllers) > 0 {
		if err = p.startControllers(ctx, spawner, options.Controllers); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Config is how a client reaches the API server, as a member of
// system:masters and without a limit on the client's side.
func (p *Plane) Config() *rest.Config {
	return &rest.Config{
		Host:            p.host,
		BearerToken:     p.token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: p.caFile()},
		QPS:             -1,
	}
}

// Dir is the working folder: logs, data and kubeconfig.
func (p *Plane) Dir() string { return p.dir }

// Kubeconfig is a file for kubectl and for plimsoll.
func (p *Plane) Kubeconfig() string { return filepath.Join(p.dir, "kubeconfig") }

// Environment is what a command needs in order to use this control plane.
func (p *Plane) Environment() map[string]string {
	return map[string]string{
		"KUBECONFIG": p.Kubeconfig(),
		"PATH":       p.binaries + string(os.PathListSeparator) + os.Getenv("PATH"),
	}
}

// Failed keeps the working folder for inspection after Stop.
func (p *Plane) Failed() { p.keep = true }

// Died says which process of the plane ended by itself, if one did.
func (p *Plane) Died() error {
	for _, process := range p.processes {
		select {
		case <-process.done:
			return fmt.Errorf("%s ended: %v", process.name, process.err)
		default:
		}
	}
	return nil
}

// Stop ends the processes, the last started first, and removes the data. It
// may be called more than once.
func (p *Plane) Stop() {
	if p.keeper != nil {
		p.keeper.stop()
		p.keeper = nil
	}
	for i := len(p.processes) - 1; i >= 0; i-- {
		p.processes[i].stop()
	}
	p.processes = nil
	if p.stopWorker != nil {
		p.stopWorker()
		p.stopWorker = nil
	}
	if p.ownDir && !p.keep {
		_ = os.RemoveAll(p.dir)
	} else {
		_ = os.RemoveAll(filepath.Join(p.dir, "etcd"))
	}
}

// logTails quotes the end of each log.
func (p *Plane) logTails() string {
	const lines = 12
	var out strings.Builder
	for _, process := range p.processes {
		data, err := os.ReadFile(process.log)
		if err != nil {
			continue
		}
		all := strings.Split(strings.TrimSpace(string(data)), "\n")
		fmt.Fprintf(&out, "--- %s\n%s\n", process.name, strings.Join(all[max(0, len(all)-lines):], "\n"))
	}
	return out.String()
}

func findEtcd() (string, error) {
	if path := os.Getenv("ETCD"); path != "" {
		return path, nil
	}
	path, err := exec.LookPath("etcd")
	if err != nil {
		return "", errors.New("no etcd on PATH: install etcd-server (Debian), etcd (Fedora, Arch, Homebrew), or name it in the variable ETCD")
	}
	return path, nil
}

func randomToken() (string, error) {
	var bytes [24]byte
	if _, err := rand.Read(bytes[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(bytes[:]), nil
}
