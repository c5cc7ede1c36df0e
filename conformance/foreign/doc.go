// Package foreign holds the proof of package compile against programs that
// others made: those that libseccomp exports, as a list and as a binary tree,
// for Docker's default profile and for random documents.
//
// Each is lifted and compared with the program that is compiled from the same
// document: both must give every call the same verdict, and where their tables
// of calls are of different age, every difference must be a call that the older
// table lacks. Its own explanation, compiled, must be equal to it.
//
// It is a module of its own, for development: it needs cgo, libseccomp with its
// headers, and Docker's profile.
package foreign
