package views

import (
	"strconv"
	"time"

	"portico/db"
	"portico/rules"
)

// AccountPath is where an account is administered.
func AccountPath(id int64) string { return "/accounts/" + strconv.FormatInt(id, 10) }

// AccountTree is the tree of accounts: its roots or, within one of them, what hangs directly below; or what was found.
type AccountTree struct {
	Shell
	Words    string
	Searched bool
	Found    []AccountNode
	TooMany  bool             // there are more than were found
	Above    []db.AccountLine // from the root to In
	In       *db.AccountLine  // whose branch it is; nil for the roots
	Branch   AccountBranch
	Total    int
	New      string // where an account is added, here
}

// Template names views/accounts/page.html.
func (*AccountTree) Template() string { return "accounts/page" }

// AccountBranch is some accounts that hang below the same one, or the roots.
type AccountBranch struct {
	Nodes []AccountNode
	Next  string // where the next ones are; empty on the last part
}

// Template names views/accounts/branch.html.
func (*AccountBranch) Template() string { return "accounts/branch" }

// AccountNode is one account of the tree.
type AccountNode struct {
	db.Branching
	Open *AccountBranch // what hangs directly below it; nil until that is asked for
}

// Href is where it is administered.
func (n AccountNode) Href() string { return AccountPath(n.ID) }

// Below is where the accounts directly below it are.
func (n AccountNode) Below() string { return "/accounts?in=" + strconv.FormatInt(n.ID, 10) }

// AccountPage is an account, to be administered.
type AccountPage struct {
	Shell
	db.AccountRecord
	Form      AccountForm
	Grid      ProductGrid
	Sites     SiteForm
	Code      CodeForm
	Figures   []AccountFigure
	Remove    *Post // nil where something stands in the way
	InTheWay  []Message
	MayMove   string // where it is hung elsewhere
	New       string // where an account is added below it
	Deep      bool   // as deep as accounts go: none can be added below it
	Moving    string // where it is seen how far its move is; empty: it is not being moved
	Reception bool   // it is the provider's own
}

// Template names views/accounts/account.html.
func (*AccountPage) Template() string { return "accounts/account" }

// AccountFigure is how much an account has of something.
type AccountFigure struct {
	Words Message
	Href  string // where it is seen; empty: nowhere
}

// NewAccount is the page that adds an account.
type NewAccount struct {
	Shell
	Above    []db.AccountLine
	Parent   *db.AccountLine // nil: it becomes a root
	TooDeep  bool
	Form     AccountForm
	Problems []Message // that are of no field
}

// Template names views/accounts/new.html.
func (*NewAccount) Template() string { return "accounts/new" }

// AccountForm is what is said of an account.
type AccountForm struct {
	Post
	New      bool
	Revision int
	Fields   []AccountField
	Sees     []SeeChoice
	Tiers    []string
	Zones    []string
	Conflict *AccountConflict // somebody else saved it meanwhile
	Wrong    int              // how many fields have a complaint
}

// Field is one of the fields by its name.
func (f AccountForm) Field(name string) AccountField {
	for _, field := range f.Fields {
		if field.Name == name {
			return field
		}
	}
	return AccountField{Name: name}
}

// AccountField is one field of the form, with what was typed.
type AccountField struct {
	Name      string
	Value     string
	Was       string // what it was when the form was made
	Complaint Message
	Meanwhile Message // what somebody else made of it
}

// ID is the element's.
func (f AccountField) ID() string { return "account-" + f.Name }

// Marks are the ids of what is said about it, for the reader.
func (f AccountField) Marks() string {
	marks := f.ID() + "-help"
	if !f.Complaint.Empty() {
		marks += " " + f.ID() + "-wrong"
	}
	if !f.Meanwhile.Empty() {
		marks += " " + f.ID() + "-meanwhile"
	}
	return marks
}

// Label is its name.
func (f AccountField) Label() Message { return Say("accounts.field." + f.Name) }

// Help is what it is for.
func (f AccountField) Help() Message { return Say("accounts.field." + f.Name + ".help") }

// SeeChoice is one answer to what contacts see.
type SeeChoice struct {
	Value  string
	Chosen bool
	Now    bool    // it is so now
	Opens  Message // how much it opens up, and to how many; empty where that is nothing more than now
}

// Label is what it is called.
func (s SeeChoice) Label() Message { return Say("accounts.see." + s.Value) }

// Help is what it means.
func (s SeeChoice) Help() Message { return Say("accounts.see." + s.Value + ".help") }

// AccountConflict tells who saved second what the first one did.
type AccountConflict struct {
	By   string // empty where it is not known
	At   time.Time
	Both bool // both changed the same
}

// ProductGrid is what is installed at an account: services by locations, with ticks.
type ProductGrid struct {
	Post
	Services []GridService
	Rows     []GridRow
	Was      string // all products that it shows, as the form was made
	First    string // where the first locations are; empty on the first part
	Next     string // where the next ones are
	Kept     []KeptProduct
}

// GridService is a column.
type GridService struct {
	ID   int64
	Name rules.Text
	New  bool // a family begins with it
}

// GridRow is a location.
type GridRow struct {
	ID       int64
	Name     string
	Contacts int
	Products int
	Cells    []GridCell
	Typed    string  // another name that was typed and refused
	Problem  Message // with it
	Rename   string
	Remove   string // empty: it can't be removed, as something is there
}

// GridCell is a location's answer to whether it has a service.
type GridCell struct {
	Value   string // location and service
	Label   string // of the service, in the reader's language
	Ticked  bool
	Open    int // cases of it that are not solved
	Family  bool
	Several bool // it is there more than once
}

// KeptProduct is a product that can't be taken away.
type KeptProduct struct {
	Service  rules.Text
	Location string
}

// SiteForm adds a location.
type SiteForm struct {
	Post
	Name    string
	Problem Message
}

// CodeForm makes, renews and takes away an account's registration code.
type CodeForm struct {
	Post
	Revision int
	Code     string
	Stale    bool // somebody else saved the account meanwhile
}

// MovePage is where an account is hung elsewhere: first one says where, then it is shown what that does.
type MovePage struct {
	Shell
	Account  db.AccountLine
	Above    []db.AccountLine
	Root     bool // it is one now
	Words    string
	Searched bool
	Found    []MoveTarget
	TooMany  bool
	Preview  *MovePreview
}

// Template names views/accounts/move.html.
func (*MovePage) Template() string { return "accounts/move" }

// MoveTarget is an account that another may be hung below.
type MoveTarget struct {
	db.Branching
	Href    string
	Problem Message // why it can't
}

// MovePreview is what a move does.
type MovePreview struct {
	Post
	To      string // the parent's id, or "root"
	From    int64
	Parent  string // its name; empty: it becomes a root
	Refused Message
	Sizes   []Message
	Effects []MoveEffect
	Long    bool // it is done in the background
}

// MoveEffect is one of the things that change, with whom it concerns.
type MoveEffect struct {
	Kind  string // "more", "less" or "note"
	Words Message
	Who   []MovePerson
	More  int // how many there are besides
}

// Icon is the sign before it.
func (e MoveEffect) Icon() string {
	switch e.Kind {
	case "more":
		return "eye"
	case "less":
		return "eye-off"
	}
	return "info"
}

// MovePerson is somebody whom a move concerns.
type MovePerson struct {
	Name    string
	Role    Message
	Account string
}

// MovingPage tells how far a move is, or how it went.
type MovingPage struct {
	Shell
	Account db.AccountLine
	Moving  Moving
}

// Template names views/accounts/moving.html.
func (*MovingPage) Template() string { return "accounts/moving" }

// Moving is a move as it stands.
type Moving struct {
	db.AccountMove
	Href   string // of the account
	Again  string // where this is asked again
	Why    Message
	Parent string
}

// Template names views/accounts/progress.html.
func (*Moving) Template() string { return "accounts/progress" }

// Ended tells whether nothing more is to come.
func (m Moving) Ended() bool { return !m.EndedAt.IsZero() }
