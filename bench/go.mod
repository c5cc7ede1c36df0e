module github.com/portcullis-go/portcullis/bench

go 1.26.3

require (
	github.com/elastic/go-seccomp-bpf v1.6.0
	github.com/portcullis-go/portcullis v0.0.0
	github.com/portcullis-go/portcullis/conformance/docker v0.0.0
	github.com/portcullis-go/portcullis/conformance/libseccomp v0.0.0
	golang.org/x/net v0.62.0
	gvisor.dev/gvisor v0.0.0-20260905035102-160fafc42237
)

require (
	github.com/moby/profiles/seccomp v0.2.4 // indirect
	github.com/opencontainers/runtime-spec v1.2.1 // indirect
	golang.org/x/exp v0.0.0-20250711185948-6ae5c78190dc // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/portcullis-go/portcullis => ..

replace github.com/portcullis-go/portcullis/conformance/docker => ../conformance/docker

replace github.com/portcullis-go/portcullis/conformance/libseccomp => ../conformance/libseccomp
