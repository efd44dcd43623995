package desk

import (
	"context"
	"strings"
	"unicode"

	"portico/db"

	"golang.org/x/text/unicode/norm"
)

// SignUpMode is who may sign up by themselves.
type SignUpMode string

// Who may: anybody; nobody, but who was invited; who has an account's registration code.
const (
	SignUpOpen       SignUpMode = "open"
	SignUpInvitation SignUpMode = "invitation"
	SignUpByCode     SignUpMode = "code"
)

// SignUpModes lists every mode, the usual one first.
var SignUpModes = []SignUpMode{SignUpByCode, SignUpInvitation, SignUpOpen}

// The provider's settings of how people get in, see Doors, and what was made for them: the account of first requests, and
// the person that those belong to which nobody has confirmed.
const (
	SettingSignUp         = "sign_up"         // a SignUpMode
	SettingGeneralRequest = "general_request" // "on", "off"
	settingReception      = "reception"
	settingNobody         = "unconfirmed"
)

// Doors are the ways in that stand open to people whom the portal doesn't know.
type Doors struct {
	SignUp         SignUpMode
	GeneralRequest bool // something can be asked for without an account
}

// Doors reads which ways in are open. A portal where nothing was chosen lets people in by their account's code, and takes
// requests from everybody.
func (d *Desk) Doors(ctx context.Context) (Doors, error) { return doors(ctx, d.DB) }

func doors(ctx context.Context, tx *db.DB) (Doors, error) {
	set, err := tx.SettingsOf(ctx, SettingSignUp, SettingGeneralRequest)
	if err != nil {
		return Doors{}, err
	}
	in := Doors{SignUp: SignUpByCode, GeneralRequest: set[SettingGeneralRequest] != "off"}
	for _, mode := range SignUpModes {
		if set[SettingSignUp] == string(mode) {
			in.SignUp = mode
		}
	}
	return in, nil
}

// longestName is how many characters a full name may have.
const longestName = 100

// FullName gives a name as it is kept and stands in mail, or says what is wrong with it. Names are of many kinds; but there
// are no line breaks or unseen signs in them, and no addresses, which would be read in a mail that the portal sends.
func FullName(typed string) (name string, wrong Complaint) {
	name = strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(typed, "\uFFFD"))), " ")
	switch {
	case name == "":
		return "", Complaint{Code: "person.name.missing"}
	case len([]rune(name)) > longestName:
		return "", Complaint{Code: "person.name.long"}
	case strings.ContainsFunc(name, unnamed) || !strings.ContainsFunc(name, unicode.IsLetter):
		return "", Complaint{Code: "signup.name.letters"}
	}
	return name, Complaint{}
}

// unnamed tells whether a sign does not belong into a name.
func unnamed(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(" '’ʼ`´.,-‐‑·&()", r)
}

// firstAndLast parts a full name as most people's is: the last word is the last name.
func firstAndLast(name string) (first, last string) {
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// newcomer is somebody of whom no more is known than what they typed.
func newcomer(name, email, language string) db.Person {
	first, last := firstAndLast(name)
	return db.Person{FirstName: first, LastName: last, Email: email, Language: language, Theme: "auto"}
}

// admit makes somebody a contact of an account with the role of a customer there. Without a password they can't sign in
// before they have chosen one.
func (d *Desk) admit(ctx context.Context, tx *db.DB, p db.Person, account int64) (db.Person, error) {
	p.AccountID, p.CreatedAt, p.UpdatedAt = account, d.Clock(), d.Clock()
	people := []db.Person{p}
	if err := db.Add(ctx, tx, people); err != nil {
		return db.Person{}, err
	}
	grant := db.Grant{PersonID: people[0].ID, Role: db.Customer, AccountID: account, Reach: db.ThisAccount}
	return people[0], db.Add(ctx, tx, []db.Grant{grant})
}
