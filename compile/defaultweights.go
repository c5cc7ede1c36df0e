package compile

// What a call with a name weighs by its decision where nothing is recorded.
// docs/performance.md has the reasons.
const (
	weightAllowed = 6
	weightRefused = 7
	weightChecked = 18
	// weightOwn is how many times as much a call through the target's own ABI weighs.
	weightOwn = 64
	// recordedShare is how many times as much all recorded calls weigh as everything
	// that isn't recorded.
	recordedShare = 32
)
