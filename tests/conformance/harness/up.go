package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"plimsoll.dev/conformance/internal/controlplane"
)

// planeFlags are the options of every command that needs a control plane.
type planeFlags struct {
	binaries    *string
	controllers *string
	apiserver   listFlag
	restart     *bool
}

// listFlag collects the values of an option that may be repeated.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, " ") }

func (l *listFlag) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func addPlaneFlags(flags *flag.FlagSet) *planeFlags {
	p := &planeFlags{}
	p.binaries = flags.String("binaries", defaultBinaries(),
		"`folder` with kube-apiserver and its companions, as build.sh prints it")
	p.controllers = flags.String("controllers", "", "run kube-controller-manager with these controllers, a comma-separated `list`")
	flags.Var(&p.apiserver, "apiserver-flag", "one more `flag` for kube-apiserver; may be repeated")
	p.restart = flags.Bool("restart", false, "start kube-apiserver again whenever it is killed; its process id is in DIR/kube-apiserver.pid")
	return p
}

// newest is the version that build.sh builds when none is named.
const newest = "1.37.2"

// defaultBinaries is the folder that the variable PLIMSOLL_CONTROLPLANE names,
// or the one in which build.sh leaves the newest version.
func defaultBinaries() string {
	if folder := os.Getenv("PLIMSOLL_CONTROLPLANE"); folder != "" {
		return folder
	}
	cache := os.Getenv("PLIMSOLL_CACHE")
	if cache == "" {
		base := os.Getenv("XDG_CACHE_HOME")
		if base == "" {
			base = filepath.Join(os.Getenv("HOME"), ".cache")
		}
		cache = filepath.Join(base, "plimsoll")
	}
	return filepath.Join(cache, "controlplane", newest)
}

func (p *planeFlags) options() (controlplane.Options, error) {
	if _, err := os.Stat(filepath.Join(*p.binaries, "kube-apiserver")); err != nil {
		return controlplane.Options{}, fmt.Errorf("no control plane here (build.sh makes one): %w", err)
	}
	binaries, err := filepath.Abs(*p.binaries)
	options := controlplane.Options{Binaries: binaries, APIServer: p.apiserver, Restart: *p.restart}
	if *p.controllers != "" {
		options.Controllers = strings.Split(*p.controllers, ",")
	}
	return options, err
}

// interruptible is a context that ends with a signal, so that the servers are
// stopped in order.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// runUp starts a control plane and keeps it until a signal, until it dies, or
// until the command after the options has ended.
func runUp(args []string) int {
	flags := flag.NewFlagSet("up", flag.ExitOnError)
	plane := addPlaneFlags(flags)
	dir := flags.String("dir", "", "working `folder` for data, logs and the kubeconfig (a temporary one)")
	detach := flags.Bool("detach", false, "return once it is ready and leave it running (needs -dir); harness down ends it")
	_ = flags.Parse(args)
	options, err := plane.options()
	if err != nil {
		return fail(err)
	}
	options.Dir = *dir
	if *detach {
		return detachUp(args, *dir)
	}
	ctx, cancel := interruptible()
	defer cancel()
	running, err := controlplane.Start(ctx, options)
	if err != nil {
		return fail(err)
	}
	pidFile := filepath.Join(running.Dir(), pidName)
	defer os.Remove(pidFile) // harness down waits for this, so it comes last
	defer running.Stop()
	if flags.NArg() > 0 {
		return runUnder(ctx, running, flags.Args())
	}
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return fail(err)
	}
	fmt.Println(running.Kubeconfig())
	if err := untilEnd(ctx, running); err != nil {
		running.Failed()
		return fail(err)
	}
	return 0
}

// runUnder runs a command with KUBECONFIG and PATH set for the plane.
func runUnder(ctx context.Context, running *controlplane.Plane, args []string) int {
	for name, value := range running.Environment() {
		// Set for ourselves too: the command's name is looked up in our PATH.
		if err := os.Setenv(name, value); err != nil {
			return fail(err)
		}
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		if ctx.Err() == nil {
			running.Failed() // by itself, not because we were told to stop
		}
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		return fail(err)
	}
	return 0
}

func untilEnd(ctx context.Context, running *controlplane.Plane) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := running.Died(); err != nil {
				return err
			}
		}
	}
}

const pidName = "harness.pid"

// detachUp runs the same command in a session of its own and waits for it to
// say where the kubeconfig is.
func detachUp(args []string, dir string) int {
	if dir == "" {
		return fail(errors.New("-detach needs -dir"))
	}
	self, err := os.Executable()
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	log, err := os.Create(filepath.Join(dir, "harness.log"))
	if err != nil {
		return fail(err)
	}
	defer log.Close()
	cmd := exec.Command(self, append([]string{"up"}, append(args, "-detach=false")...)...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fail(err)
	}
	if err := cmd.Start(); err != nil {
		return fail(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		return fail(fmt.Errorf("it did not come up; see %s", log.Name()))
	}
	fmt.Print(line)
	return 0
}

// runDown ends a detached control plane by the process id that it left.
func runDown(args []string) int {
	flags := flag.NewFlagSet("down", flag.ExitOnError)
	dir := flags.String("dir", "", "the `folder` given to harness up")
	_ = flags.Parse(args)
	pidFile := filepath.Join(*dir, pidName)
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return fail(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return fail(fmt.Errorf("%s: no process id", pidFile))
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		_ = os.Remove(pidFile)
		return fail(fmt.Errorf("process %d: %w", pid, err))
	}
	// The process removes the file as the last thing it does.
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		if _, err := os.Stat(pidFile); errors.Is(err, os.ErrNotExist) {
			return 0
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fail(fmt.Errorf("process %d does not end", pid))
}
