package views

import (
	"time"

	"portico/rules"
)

// DetailsPage is a form that changes a case, on a page of its own.
type DetailsPage struct {
	Shell
	Number string
	Form   *DetailsForm
}

// Template names views/cases/editing.html.
func (*DetailsPage) Template() string { return "cases/editing" }

// DetailsForm changes what a case is about and who has to do with it. Beside the case it stands in its panel.
type DetailsForm struct {
	Post
	Path       string // the case's
	Submission string
	Alone      bool // it is a page of its own, and leads back to the case
	Was        []DetailsWas
	Conflict   []DetailsConflict // what somebody else changed meanwhile
	Problems   []DetailsProblem
	Title      DetailsText
	Products   []DetailsOption
	Contact    *ContactPick // nil where it isn't theirs to change
	Copies     CopiesPick
}

// Template names views/cases/details.html.
func (*DetailsForm) Template() string { return "cases/details" }

// Wrong is what is wrong with a field; empty: nothing.
func (f *DetailsForm) Wrong(field string) Message {
	for _, p := range f.Problems {
		if p.Field == field {
			return p.Complaint
		}
	}
	return Message{}
}

// DetailsWas is what a field was as the form was made.
type DetailsWas struct{ Name, Value string }

// DetailsText is a field with words in it.
type DetailsText struct {
	Value string
	Max   int
}

// DetailsOption is a product to choose.
type DetailsOption struct {
	Value  string
	Name   rules.Text // the service's; nil: there is no product
	Where  string
	Chosen bool
}

// DetailsProblem is what is wrong with a field.
type DetailsProblem struct {
	Field     string
	Complaint Message
}

// DetailsConflict is a field that two people changed at once.
type DetailsConflict struct {
	Field string
	By    string // who changed it; empty: not told
	At    time.Time
	Now   string // to what
	Yours string
}

// ContactPick is where somebody else is made the contact of a case.
type ContactPick struct {
	Found PeopleFound
	Old   string // whom may be kept in copy
	Keep  bool
}

// CopiesPick is where people are copied on a case, and no longer.
type CopiesPick struct {
	Was       []string // who was copied as the form was made, by their values
	Found     PeopleFound
	Outsiders bool // people from elsewhere may be copied
}

// PeopleFound are people to choose among: who is chosen, and who was found by words.
type PeopleFound struct {
	Key     string // "contact" or "copies"
	Action  string // where it is asked for as one types
	Words   string
	Offered string // the address among those to choose that was typed
	People  []PersonChoice
	Hint    Message
}

// Template names views/cases/found.html.
func (*PeopleFound) Template() string { return "cases/found" }

// Name is the field that the choice is posted in.
func (f *PeopleFound) Name() string {
	if f.Key == "copies" {
		return "copy"
	}
	return f.Key
}

// Type is how it is chosen.
func (f *PeopleFound) Type() string {
	if f.Key == "copies" {
		return "checkbox"
	}
	return "radio"
}

// PersonChoice is one of them.
type PersonChoice struct {
	Value  string
	Avatar Avatar
	Mail   bool // by their address alone
	Name   string
	Detail string  // where they are at home
	Said   Message // in its place
	Chosen bool
}

// DetailsSaved answers a form that was accepted, beside its case: the form is gone, and the case as it is now. What was changed
// comes into the conversation as it does for all who look at it.
type DetailsSaved struct {
	Live *CaseLive // nil where nothing was saved
	Edit string    // where the form can be had again; empty: not any more
	Said Message
}

// Template names views/cases/saved.html.
func (*DetailsSaved) Template() string { return "cases/saved" }
