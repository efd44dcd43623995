package db

import (
	"time"

	"portico/rules"

	"github.com/uptrace/bun"
)

// MaxDepth is how many levels of accounts a customer may have, its root included.
const MaxDepth = 8

// Account is a customer company or a part of one. A root with all below it is one customer.
type Account struct {
	bun.BaseModel `bun:"table:accounts,alias:account"`

	ID           int64 `bun:",pk,autoincrement"`
	ParentID     int64 `bun:",nullzero"`
	Name         string
	ClientNumber string    // unique; what forms and files call the account by
	Tier         string    // "standard", "gold"
	TimeZone     string    // IANA name
	ContactsSee  string    // whose cases its customers see: "own", "account" or "below"
	Path         []int64   `bun:",array"` // ids from the root to this account itself; kept by the database
	CreatedAt    time.Time `bun:",nullzero,default:now()"`
	UpdatedAt    time.Time `bun:",nullzero,default:now()"`
	Revision     int       `bun:",nullzero,default:1"` // counts what was saved of it; see ErrStale

	CCOutsiders      bool   `bun:"cc_outsiders"` // people from elsewhere may be copied on its cases
	RegistrationCode string `bun:",nullzero"`    // who knows it may ask to be one of its contacts; empty: nobody may
}

// Whose cases the customers of an account see: their own; all of the account; those of the accounts below it too.
const (
	SeeOwn     = "own"
	SeeAccount = "account"
	SeeBelow   = "below"
)

// Depth is 0 for a root.
func (a Account) Depth() int { return len(a.Path) - 1 }

// Location is a site of an account.
type Location struct {
	bun.BaseModel `bun:"table:locations,alias:location"`

	ID        int64 `bun:",pk,autoincrement"`
	AccountID int64
	Name      string
}

// Family groups services that have the same types of issue.
type Family struct {
	bun.BaseModel `bun:"table:families,alias:family"`

	Key        string `bun:",pk"` // "voice", what rules call it by
	Name       rules.Text
	IssueTypes []rules.Option // in the order in which forms offer them
}

// Service is what the provider sells.
type Service struct {
	bun.BaseModel `bun:"table:services,alias:service"`

	ID       int64  `bun:",pk,autoincrement"`
	Value    string // unique; what answers and rules call it by
	Name     rules.Text
	Family   string // a Family's key
	State    ServiceState
	Position int
}

// ServiceState is how a service does just now.
type ServiceState string

// How a service may do, best first.
const (
	Running     ServiceState = "running"
	Maintenance ServiceState = "maintenance"
	Degraded    ServiceState = "degraded"
	Down        ServiceState = "down"
)

// Product is a service installed for an account at a location.
type Product struct {
	bun.BaseModel `bun:"table:products,alias:product"`

	ID         int64 `bun:",pk,autoincrement"`
	AccountID  int64
	ServiceID  int64
	LocationID int64
}

// Queue is where a case waits for an agent.
type Queue struct {
	bun.BaseModel `bun:"table:queues,alias:queue"`

	ID       int64  `bun:",pk,autoincrement"`
	Name     string // unique; what rules call it by
	Position int
}

// QueueLoad is a queue with how many cases wait in it: new and open ones.
type QueueLoad struct {
	Queue
	Waiting int
}
