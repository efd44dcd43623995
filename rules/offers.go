package rules

// Offers are what the form's sources have for this person and the account now chosen.
type Offers struct {
	Accounts     []Option            // value is the client number
	MoreAccounts bool                // there are others too, which have to be looked for: one that stands alone is not the only one
	Locations    []Option            // of the chosen account
	Services     []Option            // of which the chosen account has products
	Families     map[string]string   // of those services, by value
	IssueTypes   map[string][]Option // by family
	Contact      map[string]string   // the requester's address by option value; nil when nobody is known
}

// Mode says what filling in is for.
type Mode int

const (
	// Refresh follows a form that is being filled in: what no longer fits is dropped without a word.
	Refresh Mode = iota
	// Submit judges a form that was sent: what does not fit or is missing is complained of.
	Submit
)

// Filled is a form as far as it is filled in.
type Filled struct {
	Asked      []Asked     // the questions that apply, in order
	Answers    Answers     // typed, of questions that apply; files are not among them
	Missing    []string    // keys of what is required and not there, in order
	Complaints []Complaint // Submit only; what is missing is among them
}

// Complete tells whether a submitted form can be taken as it is.
func (f Filled) Complete() bool { return len(f.Missing) == 0 && len(f.Complaints) == 0 }

// Asked is a question that applies.
type Asked struct {
	Question
	Values   []string   // as to be shown: what was posted, cleaned of what cannot be shown
	Offered  []Offered  // of a choice
	WaitsFor string     // key of the question to answer first, before there is anything to choose from
	Settled  bool       // there is but one possible answer, and it is taken: show it, don't ask
	Missing  bool       // required and not there
	Wrong    *Complaint // Submit only
}

// Offered is an option of a question as it is asked.
type Offered struct {
	Option
	Detail      string // the address it stands for
	Unavailable bool   // shown, but not to be chosen: it stands for an address that is not there
	Chosen      bool
}

// Complaint says what is wrong with an answer, as a key for a catalogue.
type Complaint struct {
	Key  string
	Code string
	Args map[string]any
}

// The codes of complaints.
const (
	CodeMissing         = "missing"
	CodeNotOffered      = "not_offered"      // value
	CodeForeignLocation = "foreign_location" // value
	CodeForeignAccount  = "foreign_account"  // value
	CodeTooLong         = "too_long"         // max, length
	CodeNotText         = "not_text"         // NUL bytes, or not UTF-8
	CodeWrongType       = "wrong_type"       // kind
	CodeTooSmall        = "too_small"        // min
	CodeTooLarge        = "too_large"        // max
)

// ComplaintCodes are all codes a complaint can have.
var ComplaintCodes = []string{CodeMissing, CodeNotOffered, CodeForeignLocation, CodeForeignAccount, CodeTooLong, CodeNotText, CodeWrongType, CodeTooSmall, CodeTooLarge}
