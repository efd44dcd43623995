package views

import (
	"portico/db"
)

// RoleName is a role as people read it: "Case manager". One that only a policy speaks of keeps its key.
func RoleName(r db.Role) Message {
	for _, known := range db.Roles {
		if r == known {
			return Say("role." + string(r))
		}
	}
	return Say("role.other", "Role", string(r))
}

// RoleHelp is what a role of contacts is for.
func RoleHelp(r db.Role) Message { return Say("role." + string(r) + ".help") }

// GrantLine is a grant in words: which role, where, how far.
type GrantLine struct {
	Role  Message
	Where Message // "at Maple Foods East and all below it"
}

// GrantWhere is where a contact's grant is, in words.
func GrantWhere(account string, reach db.Reach) Message {
	return Say("grants.where."+string(reach), "Account", account)
}

// GrantsPage is where the roles of a contact are given and taken.
type GrantsPage struct {
	Shell
	Name     string
	Account  string
	Contact  string // the contact's page
	Self     bool   // they are the reader's own
	Disabled bool   // the contact's login
	Editor   GrantsEditor
}

// Template names views/grants/page.html.
func (*GrantsPage) Template() string { return "grants/page" }

// GrantsEditor is the two lists with what would change. On its own it follows what is chosen.
type GrantsEditor struct {
	Post
	Preview   string   // where it is sent to follow what is chosen, and saved by nobody
	Was       []string // what was there when the page was shown
	Seen      string   // of what is wanted, as far as its effect was shown
	Available []RoleChoice
	Rows      []GrantRow
	Fixed     []GrantLine // seen, but not the reader's to change
	Elsewhere bool
	Errors    []GrantError
	Conflict  []GrantMeanwhile
	Effects   *GrantEffects // nil: nothing would change
	Confirm   bool          // it was to be saved before its effect was shown
	Said      Message       // to be announced
}

// Template names views/grants/editor.html.
func (*GrantsEditor) Template() string { return "grants/editor" }

// RoleChoice is a role that can be granted.
type RoleChoice struct {
	Role  db.Role
	Focus bool
}

// Name is the role's.
func (r RoleChoice) Name() Message { return RoleName(r.Role) }

// Help is what the role is for.
func (r RoleChoice) Help() Message { return RoleHelp(r.Role) }

// GrantRow is one of the roles that are selected.
type GrantRow struct {
	N        int
	Follow   string // where the form is sent to follow what is chosen
	Role     db.Role
	Accounts []GrantAccount
	Find     bool // there are too many accounts to list: they are looked for
	Words    string
	Hint     Message // what was found
	Reach    db.Reach
	Alone    bool // nothing below an account is the reader's to grant
	Fresh    bool // it is not saved yet
	Arrived  bool // it has just come to the list
	Focus    bool
	Wrong    map[string]Message // by field: account, reach, role
}

// Name is the role's.
func (r GrantRow) Name() Message { return RoleName(r.Role) }

// Reaches are how far the grant may go.
func (r GrantRow) Reaches() []db.Reach {
	if r.Alone && r.Reach != db.AndBelow {
		return []db.Reach{db.ThisAccount}
	}
	return []db.Reach{db.ThisAccount, db.AndBelow}
}

// GrantAccount is an account to choose from.
type GrantAccount struct {
	ID     int64
	Name   string
	Number string
	Chosen bool
}

// GrantError is one line of what is wrong. Target is the id of the field to go to.
type GrantError struct {
	Target string
	Role   Message
	Text   Message
}

// GrantMeanwhile is what somebody else changed since the page was shown.
type GrantMeanwhile struct {
	Gave bool
	Line GrantLine
}

// GrantEffects is what the changes would mean, one by one and in all.
type GrantEffects struct {
	Lines []GrantEffect
	Total []Message // where there are several
}

// GrantEffect is what one change would mean.
type GrantEffect struct {
	Adds    bool
	Line    GrantLine
	Change  Message // what is done to it: given, taken, reaches further
	Sight   Message
	Actions []Message // what they may do more, or no more
}

// GrantsSummary is what a contact may do and where, in words.
type GrantsSummary struct {
	Lines     []GrantSummary
	Elsewhere bool
	Edit      string // where it is changed; empty for who may not
	Why       string // where it is asked why they may see something; empty for who may not
}

// GrantSummary is one of a contact's grants with what it is good for.
type GrantSummary struct {
	GrantLine
	May []Message
}

// MayWords is an action in words: "comment on them".
func MayWords(action string) Message { return Say("may." + action) }
