package compile_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

// KillThread ends one thread of a process and no other.
func TestKernelKillThread(t *testing.T) {
	kerneltest.NeedFilters(t)
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
	if os.Getenv("COMPILE_TEST_KILL_THREAD") != "" {
		killThread()
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKernelKillThread$")
	cmd.Env = append(os.Environ(), "COMPILE_TEST_KILL_THREAD=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "thread gone") {
		t.Errorf("%v\n%s", err, out)
	}
}

// killThread ends the process: with status 0 if one of its threads was killed.
func killThread() {
	debug.SetGCPercent(-1) // a collection would wait for the thread
	runtime.GOMAXPROCS(4)
	nr := uint32(7000)
	p := profile.New(profile.Allow()).
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: nr, Last: nr}}, Action: profile.KillThread()})
	prog, err := compile.Compile(p, compile.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	tid := make(chan int)
	go onOtherThread(func() {
		if err := install.Load(prog.Raw(), install.Options{Thread: true}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		tid <- syscall.Gettid()
		syscall.RawSyscall(uintptr(nr), 0, 0, 0)
		fmt.Println("the call returned")
		os.Exit(1)
	})
	task := "/proc/self/task/" + strconv.Itoa(<-tid)
	for range 500 {
		time.Sleep(10 * time.Millisecond)
		if _, err := os.Stat(task); os.IsNotExist(err) {
			fmt.Println("thread gone")
			os.Exit(0)
		}
	}
	fmt.Println("the thread lives")
	os.Exit(1)
}

// onOtherThread calls f on a locked thread that isn't the main one.
func onOtherThread(f func()) {
	runtime.LockOSThread()
	if syscall.Gettid() == syscall.Getpid() {
		go onOtherThread(f)
		select {} // this goroutine keeps the main thread
	}
	f()
}
