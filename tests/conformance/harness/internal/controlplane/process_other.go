//go:build !linux

package controlplane

import "syscall"

func parentDeath() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
