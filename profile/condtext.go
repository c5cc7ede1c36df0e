package profile

// String returns the condition in Go-like notation.
func (c And) String() string  { panic("todo") }
func (c Or) String() string   { panic("todo") }
func (c Not) String() string  { panic("todo") }
func (t Test) String() string { panic("todo") }
