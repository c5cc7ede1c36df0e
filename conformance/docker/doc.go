// Package docker holds Docker's default profile, as the moby project publishes
// it, against the library: the documents resolve and compile for each machine on
// which Docker runs, and the programs decide what the resolved profiles say.
//
// It is a module of its own, so that the library doesn't depend on moby.
package docker
