package db

import (
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Role is what a grant lets a person do; where they may do it is the grant's other half.
type Role string

// The roles of the first policy. The first four are for contacts, the others for staff.
const (
	Customer              Role = "customer"
	CaseManager           Role = "case-manager"
	CustomerAdministrator Role = "customer-administrator"
	Reports               Role = "reports"
	Agent                 Role = "agent"
	TeamLead              Role = "team-lead"
	PlatformAdministrator Role = "platform-administrator"
)

// Roles lists every role, contacts' first, in the order of the matrix.
var Roles = []Role{Customer, CaseManager, CustomerAdministrator, Reports, Agent, TeamLead, PlatformAdministrator}

// Staff tells whether the role is for people at the provider.
func (r Role) Staff() bool { return r == Agent || r == TeamLead || r == PlatformAdministrator }

// Reach says how far from its account a contact's grant goes.
type Reach string

// A grant reaches its account only, or its account and all below it.
const (
	ThisAccount Reach = "account"
	AndBelow    Reach = "below"
)

// Person is somebody who can sign in: a contact at an account, or one of the provider's staff (then AccountID is 0).
type Person struct {
	bun.BaseModel `bun:"table:people,alias:person"`

	ID           int64 `bun:",pk,autoincrement"`
	Staff        bool
	AccountID    int64 `bun:",nullzero"` // the contact's home account
	LocationID   int64 `bun:",nullzero"` // one of that account's; 0 where it isn't known
	FirstName    string
	LastName     string
	Email        string // as typed; compared without regard to case
	Phone        string
	Title        string // what they are at their company
	About        string
	Picture      string    // its key where files are kept; empty for none
	Language     string    // "en" or "fr"
	TimeZone     string    // IANA name; empty means the home account's
	Theme        string    // "auto", "light" or "dark"
	Contrast     bool      // asks for high contrast
	TextSize     string    // "" as the browser has it, "large" or "larger"
	Still        bool      // asks for no motion
	Underlined   bool      // asks for underlined links
	Unmailed     bool      // is not told by mail of what happens to cases
	Monitoring   bool      // is told of cases that monitoring opened too
	Muted        []string  `bun:",array,nullzero,default:'{}'"` // the kinds of events not to be told of
	CaseColumns  []string  `bun:",array,scanonly"`              // those of their lists of cases, as Sort names them; empty: the usual ones
	PasswordHash string    `bun:",nullzero"`                    // Argon2id; empty means no password yet
	LockedUntil  time.Time `bun:",nullzero"`                    // after too many wrong passwords
	DisabledAt   time.Time `bun:",nullzero"`
	CreatedAt    time.Time `bun:",nullzero,default:now()"`
	UpdatedAt    time.Time `bun:",nullzero,default:now()"`
	Revision     int       `bun:",nullzero,default:1"` // counts what was saved of them; see ErrStale
}

// Name is the person's full name.
func (p Person) Name() string { return strings.TrimSpace(p.FirstName + " " + p.LastName) }

// Initials are what stands in the picture's place.
func (p Person) Initials() string {
	initial := func(s string) string {
		for _, r := range s {
			return string(r)
		}
		return ""
	}
	return initial(p.FirstName) + initial(p.LastName)
}

// Grant gives a person a role: a contact at an account with a reach, an agent or team lead at one queue. A platform
// administrator's grant names neither.
type Grant struct {
	bun.BaseModel `bun:"table:grants,alias:g"`

	ID        int64 `bun:",pk,autoincrement"`
	PersonID  int64
	Role      Role
	AccountID int64 `bun:",nullzero"`
	Reach     Reach `bun:",nullzero"`
	QueueID   int64 `bun:",nullzero"`

	Path []int64 `bun:"-"` // of the grant's account, from the root to it; filled in where a session's actor is read
}

// Session is one signed-in browser. Its token is known to that browser alone: here stands only its hash.
type Session struct {
	bun.BaseModel `bun:"table:sessions,alias:session"`

	ID        int64  `bun:",pk,autoincrement"`
	TokenHash []byte // SHA-256 of the cookie's token
	PersonID  int64
	CreatedAt time.Time `bun:",nullzero,default:now()"`
	SeenAt    time.Time `bun:",nullzero,default:now()"` // kept to the minute
	ExpiresAt time.Time
	Address   string // the client's
	Device    string // the User-Agent, cut short
}
