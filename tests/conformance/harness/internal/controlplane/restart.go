package controlplane

import (
	"os"
	"path/filepath"
	"strconv"
)

// A keeper starts kube-apiserver again whenever it ends, for tests that kill it.
type keeper struct {
	quit    chan struct{}
	stopped chan struct{}
}

// keepAPIServer takes the running server out of the plane's care into its own: a server
// that ended is no failure any more. DIR/etcd.url says where its data is.
func (p *Plane) keepAPIServer(spawner *spawner, etcd string) (*keeper, error) {
	current := p.processes[len(p.processes)-1]
	p.processes = p.processes[:len(p.processes)-1]
	err := p.writePid(current)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.dir, "etcd.url"), []byte(etcd), 0o600)
	}
	if err != nil {
		current.stop()
		return nil, err
	}
	k := &keeper{quit: make(chan struct{}), stopped: make(chan struct{})}
	go func() {
		defer close(k.stopped)
		for {
			select {
			case <-k.quit:
				current.stop()
				return
			case <-current.done:
			}
			next, err := spawner.start(p.dir, "kube-apiserver", filepath.Join(p.binaries, "kube-apiserver"), p.apiserver)
			if err != nil || p.writePid(next) != nil {
				return
			}
			current = next
		}
	}()
	return k, nil
}

func (p *Plane) writePid(server *process) error {
	name := filepath.Join(p.dir, "kube-apiserver.pid")
	temporary := name + ".new"
	if err := os.WriteFile(temporary, []byte(strconv.Itoa(server.cmd.Process.Pid)), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}

func (k *keeper) stop() {
	close(k.quit)
	<-k.stopped
}
