package views

import (
	"strings"
	"time"

	"portico/db"
	"portico/rules"
)

// Activities are what its reader has asked for, follows and has said, in tabs.
type Activities struct {
	Shell
	Tabs  []ActivityTab
	Kinds []ActivityKind // that the tab can be limited to; none: it can't
	Part  ActivityPart
}

// Template names views/activities/page.html.
func (*Activities) Template() string { return "activities/page" }

// ActivityTab leads to one of the tabs.
type ActivityTab struct {
	Label   Message
	Href    string
	Current bool
}

// ActivityKind is what a tab can be limited to.
type ActivityKind struct {
	Value string
	Label Message
}

// ActivityPart is what a tab shows, and follows by itself.
type ActivityPart struct {
	Tab      string
	What     string // that it is limited to; empty: all
	Refresh  string // where it is to be had again
	CSRF     string
	Follow   *FollowAccount // where accounts to follow are chosen; nil: there are none
	Accounts []ActivityAccount
	Cases    []ActivityCase
	Said     []ActivityWord
	Empty    []EmptyActivity
	Newest   string // where it begins; empty: here
	Older    string // where it goes on; empty: nowhere
}

// Template names views/activities/part.html.
func (*ActivityPart) Template() string { return "activities/part" }

// FollowAccount asks for an account to follow.
type FollowAccount struct {
	Choices   []ActivityAccount
	TypeIn    bool   // there are too many of them: a client number is typed
	Typed     string // the client number that it begins with
	Complaint Message
}

// ActivityAccount is an account that is followed, or could be.
type ActivityAccount struct {
	Name         string
	ClientNumber string
}

// ActivityCase is a case in one of the tabs.
type ActivityCase struct {
	Number   string
	Href     string
	Title    string
	TypeName rules.Text
	Account  string
	Priority db.Priority
	State    db.State
	Updated  time.Time
	Unfollow string // where it is followed no more; empty: it need not be
}

// ActivityWord is something that its reader said.
type ActivityWord struct {
	Number string
	Title  string
	Href   string
	State  db.State
	At     time.Time
	Text   string
}

// EmptyActivity says why there is nothing, and what to do.
type EmptyActivity struct {
	Icon    string
	Heading Message
	Text    Message
	Href    string
	Action  Message
}

// excerptRunes is how much of a text an excerpt shows.
const excerptRunes = 200

// Excerpt is the beginning of what somebody wrote, in one line.
func Excerpt(body string) string {
	text := []rune(strings.Join(strings.Fields(body), " "))
	if len(text) <= excerptRunes {
		return string(text)
	}
	return strings.TrimSpace(string(text[:excerptRunes])) + "…"
}
