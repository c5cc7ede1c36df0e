package install

import "strconv"

// Action is the action of a filter's verdict: its upper 16 bits
// (include/uapi/linux/seccomp.h, SECCOMP_RET_ACTION_FULL). The zero value is
// ActionKillThread, as in the kernel.
type Action uint32

// The actions that have a name. Those without a release came with filters (Linux
// 3.5).
const (
	ActionKillProcess Action = 0x80000000 // Linux 4.14
	ActionKillThread  Action = 0x00000000
	ActionTrap        Action = 0x00030000
	ActionErrno       Action = 0x00050000
	ActionUserNotif   Action = 0x7fc00000 // Linux 5.0
	ActionTrace       Action = 0x7ff00000
	ActionLog         Action = 0x7ffc0000 // Linux 4.14
	ActionAllow       Action = 0x7fff0000
)

func actionOf(verdict uint32) Action { return Action(verdict &^ 0xffff) }

// isBasic reports whether every kernel with filters has the action.
func (a Action) isBasic() bool {
	switch a {
	case ActionKillThread, ActionTrap, ActionErrno, ActionTrace, ActionAllow:
		return true
	}
	return false
}

// String returns the kernel's name of the action, such as "kill_process", as
// [ActionsAvailable] does, or its number.
func (a Action) String() string {
	switch a {
	case ActionKillProcess:
		return "kill_process"
	case ActionKillThread:
		return "kill_thread"
	case ActionTrap:
		return "trap"
	case ActionErrno:
		return "errno"
	case ActionUserNotif:
		return "user_notif"
	case ActionTrace:
		return "trace"
	case ActionLog:
		return "log"
	case ActionAllow:
		return "allow"
	}
	const digits = 8
	s := strconv.FormatUint(1<<(4*digits)|uint64(a), 16) // with a 1 before them
	return "0x" + s[1:]
}
