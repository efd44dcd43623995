package views

import "time"

// SignIn is the page one signs in at.
type SignIn struct {
	Shell
	Email     string
	Next      string  // where one was going
	Complaint Message // empty at first
	SignUp    bool    // one may sign up
	Request   bool    // something can be asked for without an account

	DemoUsers    []DemoUser // whom one can sign in as, where the portal runs the demo
	DemoPassword string
}

// Template names views/session/sign_in.html.
func (*SignIn) Template() string { return "session/sign_in" }

// DemoUser is one sign-in of the demo.
type DemoUser struct {
	Email string
	Name  string
	Roles []Message
}

// Sessions lists where one is signed in.
type Sessions struct {
	Shell
	Sessions []SessionRow
}

// Template names views/session/sessions.html.
func (*Sessions) Template() string { return "session/sessions" }

// SessionRow is one signed-in browser.
type SessionRow struct {
	ID      int64
	Device  string
	Address string
	Seen    time.Time
	Since   time.Time
	Current bool
}
