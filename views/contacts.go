package views

import "time"

// ContactsPage is User Admin: the list of contacts, and one of them beside it.
type ContactsPage struct {
	Shell
	Filter    ContactFilters
	Rows      ContactRows
	Pane      *ContactPane // nil while none is open
	MayCreate string       // where a contact is made; empty for who may not
	Import    string       // where contacts are brought in from a file
	Export    string       // where the list is taken along as a file
	Columns   []string     // of that file
	Elsewhere string       // contacts from elsewhere who were granted something here; empty where there can be none
}

// Template names views/contacts/page.html.
func (*ContactsPage) Template() string { return "contacts/page" }

// ContactFilters are the controls that narrow a list of contacts, with what they are set to.
type ContactFilters struct {
	Search   string
	Login    string
	Logins   []Choosable
	Role     string
	Roles    []Choosable
	Account  string // a client number, or what was typed
	Accounts []Choosable
	Find     bool // there are too many accounts to choose from: one is looked for
	Below    bool // with the accounts below it
	Sort     CaseSort
	Asked    bool // something but the words is set
}

// ContactRows is the part of the list that follows its filters: one page, or why there is none.
type ContactRows struct {
	Total    Message
	Chips    []Chip
	ClearAll string
	Meant    []AccountMeant // accounts that may be meant by what was typed
	Heads    []CaseHeadCell
	Rows     []ContactLine
	Range    Message
	First    string
	Previous string
	Next     string
	Empty    *Empty
	Sort     CaseSort
	Export   string
	Alone    bool // sent without the page around it
}

// Template names views/contacts/rows.html.
func (*ContactRows) Template() string { return "contacts/rows" }

// AccountMeant is an account to choose where several fit what was typed.
type AccountMeant struct {
	Href string
	Name string
	Code string
}

// ContactLine is a contact as the list shows them: in the reader's words already, as there are many of them.
type ContactLine struct {
	ID            string
	Href          string
	Current       bool
	Picture       string
	Initials      string
	Tone          string
	Name          string
	Sub           string
	Account       string
	Location      string
	Email         string
	Administrator string // the word for it; empty for who is none
	Phone         string
	Login         string // "active", "invited", "locked" or "disabled"
	LoginText     string // empty for an active one
	Updated       time.Time
}

// Template names views/contacts/_row.html.
func (*ContactLine) Template() string { return "contacts/_row" }

// ContactPane is one contact beside the list: a form, or what there is to see for who may not change it; or a form that
// makes one.
type ContactPane struct {
	Post
	Close   string // the list without it
	New     bool
	Avatar  Avatar
	Name    string
	Account string
	Title   string // what they said of themselves on their profile, as is About; mostly empty
	About   string
	Login   string
	Text    Message // how the login stands, in a sentence
	Saved   Message // what was just done
	Barred  Message // why it can't be changed
	Facts   []Fact  // instead of a form
	Form    *ContactForm
	Enable  *LoginForm // nil where the reader may not
	Invite  *Post
	Unlock  *Post
	Grants  string         // where their roles are changed; empty for who may not
	Roles   *GrantsSummary // what they may do, and where
	Line    *ContactLine   // its row, which an answer brings along
}

// Template names views/contacts/pane.html.
func (*ContactPane) Template() string { return "contacts/pane" }

// LoginForm lets a contact sign in, or keeps them from it.
type LoginForm struct {
	Post
	To bool // lets them
}

// ContactForm asks for all that is kept of a contact.
type ContactForm struct {
	Post
	Revision   int
	Submission string // of a new one
	New        bool
	Was        []ContactWas
	Fields     map[string]ContactField
	Languages  []string
	Zones      []string
	Accounts   []Choosable // to choose from; none where one is looked for
	Find       bool
	Sites      ContactSites
	Problems   []ContactField // in the order of the form
	Conflict   *ContactConflict
	Yourself   bool // it is the reader's own record
}

// ContactWas is what a field was when the form was made.
type ContactWas struct{ Name, Value string }

// ContactField is one field as it was typed, and what is wrong with it.
type ContactField struct {
	Name      string
	Value     string
	Complaint Message
}

// Wrong tells whether something is wrong with the field.
func (f ContactField) Wrong() bool { return !f.Complaint.Empty() }

// ID is that of the field's element.
func (f ContactField) ID() string { return "contact-" + f.Name }

// ContactSites is the part of the form that follows the account: where they work.
type ContactSites struct {
	ContactField
	Sites []Choosable
}

// Template names views/contacts/sites.html.
func (*ContactSites) Template() string { return "contacts/sites" }

// ContactConflict says that somebody else saved meanwhile, and what.
type ContactConflict struct {
	At      time.Time
	Changes []ContactChange
	Discard string // the contact as it is now
}

// ContactChange is one field that somebody else changed.
type ContactChange struct {
	Name  string
	Old   string
	Now   string
	Yours string // what is in the form now, where it isn't what the other one saved
	Kept  bool   // the reader changed it too
}

// ContactAccounts are accounts to choose from while one types.
type ContactAccounts struct{ Found []Choosable }

// Template names views/contacts/accounts.html.
func (*ContactAccounts) Template() string { return "contacts/accounts" }

// ContactsElsewhere are contacts from elsewhere who were granted something at the reader's accounts.
type ContactsElsewhere struct {
	Shell
	List []ContactElsewhere
	More bool
}

// Template names views/contacts/elsewhere.html.
func (*ContactsElsewhere) Template() string { return "contacts/elsewhere" }

// ContactElsewhere is one of them: what they are elsewhere is not told.
type ContactElsewhere struct {
	Name, Email string
	Disabled    bool
	Grants      []ContactGrant
}

// ContactGrant is a role at an account, in words.
type ContactGrant struct {
	Role    Message
	Account string
	Reach   Message
}
