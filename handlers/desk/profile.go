package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
)

// Profile is what people say of themselves.
type Profile struct {
	FirstName, LastName string
	Title               string
	About               string
	Phone               string
}

// ProfileOf is what a person says of themselves.
func ProfileOf(p db.Person) Profile {
	return Profile{FirstName: p.FirstName, LastName: p.LastName, Title: p.Title, About: p.About, Phone: p.Phone}
}

// Fields are a profile's, by the names that they have in forms and in the database.
func (p *Profile) Fields() map[string]*string {
	return map[string]*string{"first_name": &p.FirstName, "last_name": &p.LastName, "title": &p.Title, "about": &p.About, "phone": &p.Phone}
}

// Crossed says that others have meanwhile changed what somebody wants to change too. Nothing was saved.
type Crossed struct {
	Now    Profile  // as it stands
	Fields []string // where that, what was there when the form was made, and what was typed are three different things
}

// Error is for the log.
func (o Crossed) Error() string { return "changed meanwhile: " + strings.Join(o.Fields, ", ") }

// Unwrap has it taken for what it is where nobody asks for the fields.
func (o Crossed) Unwrap() error { return db.ErrStale }

// SaveProfile keeps what somebody says of themselves, who may have begun from what it was: what they left alone stays as
// others may have made it meanwhile. Where both changed the same it is Crossed.
func (d *Desk) SaveProfile(ctx context.Context, who policy.Actor, in, was Profile) error {
	in.tidy()
	was.tidy()
	if err := in.check(); err != nil {
		return err
	}
	return d.changePerson(ctx, who, db.PersonDescribed, func(p *db.Person) ([]string, error) {
		now := ProfileOf(*p)
		typed, before := in.Fields(), was.Fields()
		var changed, crossed []string
		for name, stands := range now.Fields() {
			switch *typed[name] {
			case *stands, *before[name]:
			default:
				changed = append(changed, name)
				if *stands != *before[name] {
					crossed = append(crossed, name)
				}
				*stands = *typed[name]
			}
		}
		if len(crossed) > 0 {
			slices.Sort(crossed)
			return nil, Crossed{Now: ProfileOf(*p), Fields: crossed}
		}
		p.FirstName, p.LastName, p.Title, p.About, p.Phone = now.FirstName, now.LastName, now.Title, now.About, now.Phone
		return changed, nil
	})
}

// changePerson has somebody change themselves. The change names the columns; where it names none, nothing is saved.
func (d *Desk) changePerson(ctx context.Context, who policy.Actor, what db.AuditAction, change func(p *db.Person) ([]string, error)) error {
	if !who.SignedIn() {
		return db.ErrNotFound
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		p, err := tx.LockPerson(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		columns, err := change(&p)
		if err != nil || len(columns) == 0 {
			return err
		}
		slices.Sort(columns)
		if err := tx.SavePerson(ctx, &p, d.Clock(), columns...); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: what, Subject: "person", SubjectID: p.ID, AccountID: p.AccountID,
			Detail: map[string]any{"fields": columns}})
	})
}

func (p *Profile) tidy() {
	for _, value := range p.Fields() {
		*value = strings.TrimSpace(strings.ReplaceAll(*value, "\r\n", "\n"))
	}
}

// How much people may say of themselves, in characters.
const (
	longestTitle = 120
	longestAbout = 1000
)

func (p *Profile) check() error {
	invalid := Invalid{}
	for field, value := range map[string]string{"first_name": p.FirstName, "last_name": p.LastName} {
		if code := NameProblem(value); code != "" {
			invalid[field] = Complaint{Code: code}
		}
	}
	if !oneLine(p.Title) || utf8.RuneCountInString(p.Title) > longestTitle {
		invalid["title"] = Complaint{Code: "profile.title.long", Args: map[string]any{"Max": longestTitle}}
	}
	if !legible(p.About) || utf8.RuneCountInString(p.About) > longestAbout {
		invalid["about"] = Complaint{Code: "profile.about.long", Args: map[string]any{"Max": longestAbout}}
	}
	if !PhoneNumber(p.Phone) {
		invalid["phone"] = Complaint{Code: "profile.phone.unknown"}
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

// NameProblem is the key of what is wrong with a first or last name; empty where nothing is. Names go into the headers
// of mails, so they have nothing in them that could end a line, or turn its direction.
func NameProblem(name string) string {
	switch {
	case name == "":
		return "person.name.missing"
	case len(name) > 200 || !oneLine(name):
		return "person.name.long"
	}
	return ""
}

// oneLine tells whether text is such as can be read in one line.
func oneLine(text string) bool {
	return legible(text) && !strings.ContainsAny(text, "\n\t\u2028\u2029")
}

// legible tells whether text has only what can be read in it, and what sets lines apart.
func legible(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, illegible)
}

// illegible are the signs that are not read, but change how what is around them is.
func illegible(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// onlyLegible is a text without such signs.
func onlyLegible(text string) string {
	return strings.Map(func(r rune) rune {
		if illegible(r) {
			return -1
		}
		return r
	}, text)
}

// phoneNumber is a number as people write it, with an extension or without.
var phoneNumber = regexp.MustCompile(`^\+?[0-9][0-9 ().-]{4,24}( ?(x|ext\.?|poste) ?[0-9]{1,6})?$`)

// PhoneNumber tells whether text is a phone number, or empty.
func PhoneNumber(text string) bool { return text == "" || phoneNumber.MatchString(text) }

// Preferences are how somebody wants the portal to be.
type Preferences struct {
	Language   string // one of those that the portal speaks
	TimeZone   string // IANA name; empty: the account's
	Theme      string
	Contrast   bool
	TextSize   string
	Still      bool
	Underlined bool
}

// PreferencesOf are a person's.
func PreferencesOf(p db.Person) Preferences {
	return Preferences{Language: p.Language, TimeZone: p.TimeZone, Theme: p.Theme, Contrast: p.Contrast, TextSize: p.TextSize,
		Still: p.Still, Underlined: p.Underlined}
}

// SavePreferences keeps how somebody wants the portal to be, who began from what it was. Language and time zone are kept by
// administrators too: left alone, they stay as those may have made them meanwhile.
func (d *Desk) SavePreferences(ctx context.Context, who policy.Actor, in, was Preferences) error {
	if !IsZone(in.TimeZone) {
		return Invalid{"zone": {Code: "preferences.zone.unknown"}}
	}
	return d.changePerson(ctx, who, db.PersonPreferred, func(p *db.Person) (columns []string, _ error) {
		columns = change(columns, "language", &p.Language, in.Language, was.Language)
		columns = change(columns, "time_zone", &p.TimeZone, in.TimeZone, was.TimeZone)
		columns = change(columns, "theme", &p.Theme, in.Theme, was.Theme)
		columns = change(columns, "contrast", &p.Contrast, in.Contrast, was.Contrast)
		columns = change(columns, "text_size", &p.TextSize, in.TextSize, was.TextSize)
		columns = change(columns, "still", &p.Still, in.Still, was.Still)
		columns = change(columns, "underlined", &p.Underlined, in.Underlined, was.Underlined)
		return columns, nil
	})
}

// change puts a value where another stands, unless it was left alone, and then names the column among the others.
func change[T comparable](columns []string, column string, stands *T, typed, was T) []string {
	if typed == was || typed == *stands {
		return columns
	}
	*stands = typed
	return append(columns, column)
}

// IsZone tells whether there is a time zone by that name; the empty name is that of the account.
func IsZone(name string) bool {
	if name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
