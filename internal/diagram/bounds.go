package diagram

// Bounds of a store. A node takes 12 bytes, at most 16 in the table, and 4 in
// the set of nodes seen; a step takes some tens of nanoseconds.
const (
	maxNodes = 1 << 20
	maxSteps = 1 << 24
)
