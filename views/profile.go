package views

// Profile is what people say of themselves, and their picture.
type Profile struct {
	Shell
	Avatar Avatar
	Name   string
	Roles  []Message
	Where  string
	Email  string

	FirstName, LastName, JobTitle, About, Phone TextField

	PictureProblem Message
	MaxPicture     int64
	Problems       int  // with fields
	Overtaken      bool // somebody else changed what was changed here; nothing is saved yet
}

// Template names views/profile/page.html.
func (*Profile) Template() string { return "profile/page" }

// Fields are the profile's, in the order of the page.
func (p *Profile) Fields() []*TextField {
	return []*TextField{&p.FirstName, &p.LastName, &p.JobTitle, &p.Phone, &p.About}
}

// TextField is a field of a form that others may change meanwhile.
type TextField struct {
	Name      string // its label is the catalogue's profile.field.NAME
	Value     string
	Was       string // when the form was made
	Complaint Message
	Overtaken bool // somebody has changed it since, to this:
	Meanwhile string
}

// Preferences is how a person wants the portal to be.
type Preferences struct {
	Shell
	Languages    []string
	Themes       []string
	TextSizes    []string
	Language     string
	Look         string
	Text         string
	HighContrast bool
	Motionless   bool
	Lines        bool // under links
	Zone         ZoneField
	WasLanguage  string // when the form was made
	WasZone      string
}

// Template names views/profile/preferences.html.
func (*Preferences) Template() string { return "profile/preferences" }

// ZoneField asks for a time zone.
type ZoneField struct {
	Current   string // empty: the account's
	Account   string // what time it is by the account's clock; empty: that is not to be had
	Short     []Zone
	All       []string
	Written   string // instead of a choice
	Complaint Message
}

// Zone is a time zone to choose.
type Zone struct {
	Name  string // as it is kept
	Label string
	Clock string // what time it is there
}

// Notifications is what a person is told of by mail.
type Notifications struct {
	Shell
	Email      string
	Kinds      []MailKind
	Unmailed   bool
	Monitoring bool
}

// Template names views/profile/notifications.html.
func (*Notifications) Template() string { return "profile/notifications" }

// MailKind is one kind of event that there are mails about.
type MailKind struct {
	Kind string // its words are the catalogue's notifications.KIND
	On   bool
}

// Unsubscribe is where the link at the foot of a mail leads.
type Unsubscribe struct {
	Shell
	Action string
	Kind   Message // what the mail told of
	Done   bool
	All    bool // of nothing any more
	Broken bool

	Outsider string // the address of who is copied on a case from elsewhere; empty: it is a person's
	Number   string // of that case
}

// Template names views/profile/unsubscribe.html.
func (*Unsubscribe) Template() string { return "profile/unsubscribe" }
