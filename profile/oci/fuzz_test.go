package oci_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// plain is a document as the runtimes' decoder reads it, with the fields of
// Docker's dialect.
type plain struct {
	DefaultAction    string       `json:"defaultAction"`
	DefaultErrnoRet  *uint        `json:"defaultErrnoRet"`
	Architectures    []string     `json:"architectures"`
	ArchMap          []plainMap   `json:"archMap"`
	Flags            []string     `json:"flags"`
	ListenerPath     string       `json:"listenerPath"`
	ListenerMetadata string       `json:"listenerMetadata"`
	Syscalls         []*plainRule `json:"syscalls"`
}

type plainMap struct {
	Arch    string   `json:"architecture"`
	SubArch []string `json:"subArchitectures"`
}

type plainRule struct {
	Names    []string     `json:"names"`
	Name     string       `json:"name"`
	Action   string       `json:"action"`
	ErrnoRet *uint        `json:"errnoRet"`
	Args     []plainArg   `json:"args"`
	Comment  string       `json:"comment"`
	Includes *plainFilter `json:"includes"`
	Excludes *plainFilter `json:"excludes"`
}

type plainArg struct {
	Index    uint   `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo"`
	Op       string `json:"op"`
}

type plainFilter struct {
	Caps      []string `json:"caps"`
	Arches    []string `json:"arches"`
	MinKernel *string  `json:"minKernel"`
}

// agreement compares a document with what encoding/json makes of its text.
type agreement struct {
	t    *testing.T
	text []byte
}

func (c agreement) equal(what string, got, want any) {
	c.t.Helper()
	if !cmp.Equal(got, want) {
		c.t.Errorf("%s: %s is %v, encoding/json has %v", c.text, what, got, want)
	}
}

func (c agreement) action(what string, a oci.Action, want string) {
	if want == "SCMP_ACT_KILL" {
		want = "SCMP_ACT_KILL_THREAD"
	}
	got := ""
	if a.Set {
		got = oci.KindName(a.Kind)
	}
	c.equal(what, got, want)
}

func (c agreement) errno(what string, e oci.Errno, want *uint) {
	c.equal(what, e.Set, want != nil)
	if e.Set && want != nil {
		c.equal(what, uint16(e.Errno), uint16(*want))
	}
}

func (c agreement) document(d *oci.Document, want *plain) {
	c.action("defaultAction", d.DefaultAction, want.DefaultAction)
	c.errno("defaultErrnoRet", d.DefaultErrno, want.DefaultErrnoRet)
	slices.Sort(want.Architectures)
	c.equal("architectures", len(d.Architectures), len(slices.Compact(want.Architectures)))
	c.equal("archMap", len(d.ArchMap), len(want.ArchMap))
	c.equal("flags", d.FlagsSet, want.Flags != nil)
	c.equal("listenerPath", d.ListenerPath, want.ListenerPath)
	c.equal("listenerMetadata", d.ListenerMetadata, want.ListenerMetadata)
	c.equal("syscalls", len(d.Syscalls), len(want.Syscalls))
	for i := range d.ArchMap {
		c.equal("subArchitectures", len(d.ArchMap[i].SubArch), len(want.ArchMap[i].SubArch))
	}
	for i := range min(len(d.Syscalls), len(want.Syscalls)) {
		c.entry(d.Syscalls[i], want.Syscalls[i])
	}
}

func (c agreement) entry(e oci.Entry, want *plainRule) {
	names := want.Names
	if want.Name != "" {
		names = append(names, want.Name)
	}
	c.equal("names", strings.Join(e.Names, "\n"), strings.Join(names, "\n"))
	c.action("action", e.Action, want.Action)
	c.errno("errnoRet", e.Errno, want.ErrnoRet)
	c.equal("comment", e.Comment, want.Comment)
	c.equal("args", len(e.Args), len(want.Args))
	for i := range min(len(e.Args), len(want.Args)) {
		a := e.Args[i]
		c.equal("arg", plainArg{uint(a.Index), a.Value, a.ValueTwo, oci.OpName(a.Op)}, want.Args[i])
	}
	c.filter(e.Includes, want.Includes)
	c.filter(e.Excludes, want.Excludes)
}

func (c agreement) filter(f oci.Filter, want *plainFilter) {
	if want == nil {
		want = &plainFilter{}
	}
	c.equal("caps", strings.Join(f.Caps, "\n"), strings.Join(want.Caps, "\n"))
	c.equal("arches", len(f.Arches), len(want.Arches))
	c.equal("minKernel", f.MinKernelSet, want.MinKernel != nil)
}

// FuzzParse holds that reading never panics; that what is read is written
// and read again as the same; that nothing is accepted that encoding/json, the
// runtimes' decoder, rejects; and that what is accepted reads as there.
func FuzzParse(f *testing.F) {
	for _, doc := range fuzzSeeds() {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for dialect := range oci.DialectPodman + 1 {
			fuzzParse(t, data, dialect)
		}
	})
}

func fuzzParse(t *testing.T, data []byte, dialect oci.Dialect) {
	d, err := oci.Parse(data, oci.ParseOptions{Dialect: dialect})
	if err != nil {
		if len(idsOf(err)) == 0 {
			t.Errorf("%q: an error without findings: %v", data, err)
		}
		return
	}
	var want plain
	docker := d.Dialect == oci.DialectDocker
	if err := json.Unmarshal(data, &want); err != nil && (docker || !json.Valid(data)) {
		t.Errorf("%q: accepted, but encoding/json: %v", data, err)
	} else if docker {
		agreement{t, data}.document(d, &want)
	}
	if diff := cmp.Diff(d, roundTrip(t, d), plainDocument); diff != "" {
		t.Errorf("%q after a round trip (-want +got)\n%s", data, diff)
	}
}

func fuzzSeeds() []string {
	seeds := []string{
		"", "{}", "null", "[]", "{", "\ufeff{}", "{} {}", "// a\n{}", "{/**/}", `{"flags":[],}`,
		`{'flags':[]}`, `{flags:[]}`, `{"flags":null,"FLAGS":[]}`, "{\"listenerPath\":\"\xff\\ud800\\ud83d\\ude00\x01\"}",
		`{"a":[-0,1.5e+3,01,0x1,+1,.5,1.,1e,NaN,-Infinity,True]}`,
		`{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":65573,"architectures":["SCMP_ARCH_X86","SCMP_ARCH_X86"]}`,
		`{"defaultErrno":"ENOSYS","defaultErrnoRet":1}`, `{"defaultErrno":"4294967295"}`,
		`{"archMap":[{"architecture":"amd64","subArchitectures":["x86"]},{},{"architecture":"vax"}]}`,
		`{"archMap":[{"architecture":"SCMP_ARCH_ARM"},{}],"ARCHMAP":[{"subArchitectures":["arm"]}],"archMap":[{},{}]}`,
		`{"flags":["SECCOMP_FILTER_FLAG_TSYNC","SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"a","listenerMetadata":"b"}`,
		rule(`{"names":["read","ckock_adjtime"],"action":"SCMP_ACT_KILL"}`),
		rule(`{"name":"read","action":"SCMP_ACT_TRACE","errnoRet":7,"comment":"c"}`),
		rule(`{"names":["clone"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2114060288,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"},{"index":6,"value":-1,"op":"SCMP_CMP_GE"}],"includes":{"caps":["CAP_SYS_ADMIN"],"arches":["amd64","none"],"minKernel":"4.8"},"excludes":{"minKernel":""}}`),
		rule(`{"names":["read"],"action":"SCMP_ACT_LOG","includes":{"caps":["a"]},"includes":{"caps":null},"INCLUDES":null,"excludes":{"minKernel":"1.2"},"excludes":{"minKernel":null}}`),
		rule(`{"names":["read"],"action":"SCMP_ACT_LOG"}],"syscalls":[{"action":null,"ACTION":"SCMP_ACT_TRAP"}`),
		rule(`null`), rule(`{}`), rule(`{"names":[null],"action":""}`),
		strings.Repeat(`{"a":`, 40), `{"syscalls":[{"names":["read`,
	}
	var kept []string
	for k := profile.KindKillProcess; oci.KindName(k) != ""; k++ {
		kept = append(kept, rule(`{"names":["x"],"action":"`+oci.KindName(k)+`","errnoRet":1,"args":[]}`))
	}
	for o := profile.OpEqual; oci.OpName(o) != ""; o++ {
		kept = append(kept, rule(`{"name":"x","action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":2,"valueTwo":3,"op":"`+oci.OpName(o)+`"}]}`))
	}
	return append(seeds, kept...)
}
