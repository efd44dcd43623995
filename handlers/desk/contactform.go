package desk

import (
	"strconv"
	"strings"

	"portico/db"

	"golang.org/x/text/unicode/norm"
)

// ContactForm is what administrators keep of a contact, as it is typed.
type ContactForm struct {
	FirstName, LastName string
	Email               string
	Phone               string
	Language            string
	TimeZone            string // empty: that of the account
	Account             string // a client number, or words by which one account is found
	Location            string // its id; empty: not known
	Notified            bool   // is told by mail of what happens to cases
	Access              bool   // may sign in
	Monitoring          bool   // is told of cases that monitoring opened too
}

// ContactFields are the names of a form's fields, in the order in which they are asked.
var ContactFields = []string{"first_name", "last_name", "email", "phone", "language", "time_zone", "account", "location",
	"notified", "access", "monitoring"}

// FormOf is a contact as a form shows them.
func FormOf(r db.ContactRecord) ContactForm {
	p := r.Person
	f := ContactForm{FirstName: p.FirstName, LastName: p.LastName, Email: p.Email, Phone: p.Phone, Language: p.Language, TimeZone: p.TimeZone,
		Account: r.Home.ClientNumber, Notified: !p.Unmailed, Access: p.DisabledAt.IsZero(), Monitoring: p.Monitoring}
	if p.LocationID != 0 {
		f.Location = strconv.FormatInt(p.LocationID, 10)
	}
	return f
}

// Value is a field as forms carry it: "yes" or nothing for what is ticked or not.
func (f ContactForm) Value(field string) string {
	tick := map[bool]string{true: "yes"}
	switch field {
	case "first_name":
		return f.FirstName
	case "last_name":
		return f.LastName
	case "email":
		return f.Email
	case "phone":
		return f.Phone
	case "language":
		return f.Language
	case "time_zone":
		return f.TimeZone
	case "account":
		return f.Account
	case "location":
		return f.Location
	case "notified":
		return tick[f.Notified]
	case "access":
		return tick[f.Access]
	case "monitoring":
		return tick[f.Monitoring]
	}
	return ""
}

// Set puts a value into a field.
func (f *ContactForm) Set(field, value string) {
	switch field {
	case "first_name":
		f.FirstName = value
	case "last_name":
		f.LastName = value
	case "email":
		f.Email = value
	case "phone":
		f.Phone = value
	case "language":
		f.Language = value
	case "time_zone":
		f.TimeZone = value
	case "account":
		f.Account = value
	case "location":
		f.Location = value
	case "notified":
		f.Notified = value == "yes"
	case "access":
		f.Access = value == "yes"
	case "monitoring":
		f.Monitoring = value == "yes"
	}
}

// Differs names the fields in which two forms differ.
func (f ContactForm) Differs(from ContactForm) []string {
	return fieldsApart(ContactFields, f.Value, from.Value)
}

// Rebased is what somebody typed into a form that was made from what has changed since: what they left alone is as it is
// now, and what they changed stays theirs.
func (f ContactForm) Rebased(was, now ContactForm) ContactForm {
	rebase(ContactFields, f.Differs(was), f.Set, now.Value)
	return f
}

// tidy takes away what nobody means to type.
func (f *ContactForm) tidy() {
	for _, s := range []*string{&f.FirstName, &f.LastName, &f.Email, &f.Phone, &f.Language, &f.TimeZone, &f.Account, &f.Location} {
		*s = strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(*s, "\uFFFD")))
	}
}

// check tells what is wrong with what can be judged by itself, and puts the address as it is kept.
func (f *ContactForm) check() Invalid {
	invalid := Invalid{}
	for field, value := range map[string]string{"first_name": f.FirstName, "last_name": f.LastName} {
		if code := NameProblem(value); code != "" {
			invalid[field] = Complaint{Code: code}
		}
	}
	if f.Email == "" {
		invalid["email"] = Complaint{Code: "contacts.email.missing"}
	} else if address, wrong := EmailAddress(f.Email); wrong.Code != "" {
		invalid["email"] = wrong
	} else {
		f.Email = address
	}
	if !PhoneNumber(f.Phone) {
		invalid["phone"] = Complaint{Code: "contacts.phone.wrong"}
	}
	if f.Language != "en" && f.Language != "fr" {
		invalid["language"] = Complaint{Code: "contacts.language.wrong"}
	}
	if !IsZone(f.TimeZone) {
		invalid["time_zone"] = Complaint{Code: "contacts.time_zone.wrong"}
	}
	return invalid
}
