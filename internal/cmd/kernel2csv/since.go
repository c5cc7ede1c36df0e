package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// notOnPage holds the releases of calls that the table of syscalls(2) lacks: it lags
// behind the kernel and leaves out variants for 32-bit ABIs. Each is the release
// whose merge window brought the call's number.
var notOnPage = map[string]string{
	"fchmodat2": "6.6", "map_shadow_stack": "6.6", "cachestat": "6.5",
	"futex_waitv": "5.16", "futex_wake": "6.7", "futex_wait": "6.7", "futex_requeue": "6.7",
	"process_mrelease": "5.15", "set_mempolicy_home_node": "5.17", "mount_setattr": "5.12",
	"statmount": "6.8", "listmount": "6.8",
	"lsm_get_self_attr": "6.8", "lsm_set_self_attr": "6.8", "lsm_list_modules": "6.8",
	"mseal": "6.10", "uretprobe": "6.11", "uprobe": "6.18",
	"setxattrat": "6.13", "getxattrat": "6.13", "listxattrat": "6.13", "removexattrat": "6.13",
	"open_tree_attr": "6.15", "file_getattr": "6.17", "file_setattr": "6.17",
	"listns": "6.19", "rseq_slice_yield": "7.0",
	// The calls with 64-bit times came to all 32-bit ABIs at once.
	"clock_gettime64": "5.1", "clock_settime64": "5.1", "clock_adjtime64": "5.1", "clock_getres_time64": "5.1",
	"clock_nanosleep_time64": "5.1", "timer_gettime64": "5.1", "timer_settime64": "5.1",
	"timerfd_gettime64": "5.1", "timerfd_settime64": "5.1", "utimensat_time64": "5.1",
	"pselect6_time64": "5.1", "ppoll_time64": "5.1", "io_pgetevents_time64": "5.1",
	"recvmmsg_time64": "5.1", "mq_timedsend_time64": "5.1", "mq_timedreceive_time64": "5.1",
	"semtimedop_time64": "5.1", "rt_sigtimedwait_time64": "5.1", "futex_time64": "5.1",
	"sched_rr_get_interval_time64": "5.1",
	// The page has them under other names or in its notes only.
	"pread64": "2.2", "pwrite64": "2.2",
	"arm_fadvise64_64": "2.6", "arm_sync_file_range": "2.6.22",
	"riscv_hwprobe": "6.4",
	// Numbers that are reserved, or were in use before the page begins.
	"cachectl": "", "epoll_ctl_old": "", "epoll_wait_old": "", "multiplexer": "", "timerfd": "2.6.22",
}

// lateCalls are calls that some ABIs got in a later release than others.
type lateCalls struct {
	columns, release, names string
}

var sinceOn = []lateCalls{
	// Direct calls beside socketcall: numbers 359 and following on x86, 356 and
	// following on m68k and s390 lie between those of 3.19 and of 4.4.
	{"x86 m68k s390 s390x", "4.3", "socket socketpair bind connect listen accept4 getsockopt setsockopt getsockname " +
		"getpeername sendto sendmsg recvfrom recvmsg shutdown"},
	{"m68k s390 s390x", "4.3", "recvmmsg sendmmsg"},
	// Direct calls beside ipc: numbers 393 to 402, allotted together with the
	// 64-bit times.
	{"x86 m68k mips ppc ppc64 s390 s390x sh", "5.1", "semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl"},
	{"ppc64 s390x", "5.1", "semtimedop"},
	{"x86", "4.12", "arch_prctl"},          // a note of the page
	{"loongarch64", "7.0", "memfd_secret"}, // wired up in February 2026
}

// firstRelease holds the release in which an ABI itself appeared, where that is
// after the 2.6 series.
var firstRelease = map[string]string{"x32": "3.4", "aarch64": "3.7", "riscv64": "4.15", "loongarch64": "5.19"}

var (
	pageFont = regexp.MustCompile(`\\f(\[[A-Z]*\]|[A-Z])|\\%`)
	pageName = regexp.MustCompile(`^(?:\.BR\s+)?(\w+)\s*\(2\)`)
	pageCell = regexp.MustCompile(`\t\s*([0-9][0-9.]*(?:; [0-9.]+)?)?(?:\t|$)`)
	pageTODO = regexp.MustCompile(`(?m)^\.BR (\w+) \(2\),? +\\" `)
)

// readPage returns the releases that the table in the manual page syscalls(2) has.
// The release of a call of which the page says only that its number is reserved is "".
func readPage(path string) (map[string]string, error) {
	page, err := readFile(path)
	if err != nil {
		return nil, err
	}
	since := map[string]string{}
	for _, m := range pageTODO.FindAllSubmatch(page, -1) {
		since[string(m[1])] = ""
	}
	_, page, _ = bytes.Cut(page, []byte("\n.TS\n"))
	page, _, ok := bytes.Cut(page, []byte("\n.TE\n"))
	if !ok {
		return nil, fmt.Errorf("%s: no table", path)
	}
	name := ""
	for line := range strings.Lines(string(page)) {
		line = pageFont.ReplaceAllString(strings.TrimRight(line, "\n"), "")
		if strings.HasPrefix(line, `.\"`) {
			continue
		}
		if m := pageName.FindStringSubmatch(line); m != nil {
			name = m[1]
		}
		if m := pageCell.FindStringSubmatch(line); m != nil && name != "" {
			since[name], name = older(m[1]), ""
		}
	}
	return since, nil
}

// readFile returns the text of a file, which may be compressed.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(path, ".gz") {
		return io.ReadAll(f)
	}
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// older returns the older one of the releases of a cell. The second of two is that
// of an older series to which the call was brought back.
func older(cell string) string {
	release, second, two := strings.Cut(cell, "; ")
	if two && compareReleases(second, release) < 0 {
		return second
	}
	return release
}

// compareReleases compares dotted numbers; "" is older than any.
func compareReleases(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if m != n {
			return m - n
		}
	}
	return 0
}

// releases returns the release of every name, from the page and notOnPage. A
// name that neither has is an error: somebody must find out.
func releases(names []string, page map[string]string) (map[string]string, error) {
	since, missing := map[string]string{}, []string{}
	for _, name := range names {
		release, ok := notOnPage[name]
		if !ok {
			release, ok = page[name]
		}
		if !ok {
			missing = append(missing, name)
		}
		since[name] = release
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no release for %s: add them to notOnPage", strings.Join(missing, ", "))
	}
	return since, nil
}

// exceptions returns the releases of a name that differ on some columns, in the
// form "x86=4.3 m68k=4.3".
func exceptions(name, since string, has func(column string) bool) string {
	var out []string
	for _, c := range columns {
		release := sinceOnColumn(c.name, name, since)
		if has(c.name) && release != since && release != "" {
			out = append(out, c.name+"="+release)
		}
	}
	return strings.Join(out, " ")
}

// sinceOnColumn returns the release of a name on a column, or "" if the age of the
// ABI implies it.
func sinceOnColumn(column, name, since string) string {
	release := since
	for _, late := range sinceOn {
		if contains(late.columns, column) && contains(late.names, name) {
			release = late.release
		}
	}
	if compareReleases(release, firstRelease[column]) < 0 {
		return ""
	}
	return release
}

func contains(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }
