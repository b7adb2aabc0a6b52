package controlplane

import "syscall"

// parentDeath gives the child its own process group, so that an interrupt at
// the terminal reaches only the harness, which then ends its children in
// order; and it kills the child when the harness is killed.
// (Asked politely, kube-apiserver would wait a minute for an etcd that is gone.)
func parentDeath() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
