package diagram

// opCache remembers the results of one operation on pairs of nodes. It is bounded:
// an entry is overwritten where another one needs its place, which costs only
// time.
type opCache struct {
	entries []cached // their number is a power of two
	epoch   uint32   // entries of another one are free places
	used    int
}

type cached struct {
	epoch uint32
	key   key
	ref   Ref
}

// key is what an operation is asked: about a bit of its operand, where it has
// one, and about two nodes.
type key struct {
	bit  int32
	a, b Ref
}

const (
	minCache = 1 << 8
	maxCache = 1 << 20
)

// begin forgets everything.
func (c *opCache) begin() {
	c.used = 0
	if c.epoch++; c.epoch == 0 {
		clear(c.entries)
		c.epoch = 1
	}
}

func (c *opCache) place(k key) *cached {
	h := uint64(uint32(k.a))<<32 ^ uint64(uint32(k.b))<<8 ^ uint64(k.bit)
	h *= 0x9e3779b97f4a7c15
	return &c.entries[int(h>>40)&(len(c.entries)-1)]
}

func (c *opCache) get(k key) (Ref, bool) {
	if c.used == 0 {
		return 0, false
	}
	e := c.place(k)
	return e.ref, e.epoch == c.epoch && e.key == k
}

func (c *opCache) put(k key, r Ref) {
	if 2*c.used >= len(c.entries) && len(c.entries) < maxCache {
		old := c.entries
		c.entries = make([]cached, max(4*len(old), minCache))
		for _, e := range old {
			if e.epoch == c.epoch {
				*c.place(e.key) = e
			}
		}
	}
	e := c.place(k)
	if e.epoch != c.epoch {
		c.used++
	}
	*e = cached{c.epoch, k, r}
}
