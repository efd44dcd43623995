package rules

import "strings"

// Kind is how a question is answered; it also fixes the type that conditions see.
type Kind string

// The kinds of question. Conditions see yes/no and ticks as booleans, a choice, text and a paragraph as text, choices
// as a list of text, a number as an integer and a date as a date. They don't see files.
const (
	KindYesNo     Kind = "yes_no"
	KindTick      Kind = "tick"
	KindChoice    Kind = "choice"
	KindChoices   Kind = "choices"
	KindText      Kind = "text"
	KindParagraph Kind = "paragraph"
	KindNumber    Kind = "number"
	KindDate      Kind = "date"
	KindFiles     Kind = "files"
)

// The sources a choice may draw its options from instead of listing them. FromContact lists them, and the offers add
// the address each of them stands for.
const (
	FromAccounts   = "accounts"
	FromLocations  = "locations"
	FromServices   = "services"
	FromIssueTypes = "issue_types"
	FromContact    = "contact"
)

// Form is the questions of an item in the order they are asked. It is data: kept as JSON, versioned, edited by people.
type Form struct {
	Questions []Question `json:"questions"`
	Case      Mapping    `json:"case"`
	Submit    Text       `json:"submit,omitempty"` // what the button says
}

// Question is one of a form. Conditions (When) may look only at questions that stand before it, so that one pass in
// order settles any chain of them.
type Question struct {
	Key       string   `json:"key"`
	Kind      Kind     `json:"kind"`
	Label     Text     `json:"label"`
	Help      Text     `json:"help,omitempty"`
	Required  bool     `json:"required,omitempty"`
	When      string   `json:"when,omitempty"`   // condition over earlier answers; empty: always asked
	Source    string   `json:"source,omitempty"` // where the options come from, if not from Options
	Except    string   `json:"except,omitempty"` // an earlier question whose answer is not offered again here
	Options   []Option `json:"options,omitempty"`
	MaxLength int      `json:"max_length,omitempty"` // in characters; 0: 200 for a text, 10,000 for a paragraph
	Min       *int     `json:"min,omitempty"`        // smallest number
	Max       *int     `json:"max,omitempty"`        // largest number
}

// Option is one choice: a stable value that is saved and that rules see, and a label that people read.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label,omitempty"` // empty: the value is its own label
	When  string `json:"when,omitempty"`  // condition over earlier answers; empty: always offered
}

// Text is the option's label in a language, or its value where it has none.
func (o Option) Text(lang string) string {
	if s := o.Label.In(lang); s != "" {
		return s
	}
	return o.Value
}

// Mapping says what the answers become in the case: each field but the first names a question, or none.
type Mapping struct {
	// ShortDescription is a template in each language, with question keys in braces: "{issue_type}: {service}".
	ShortDescription   Text   `json:"short_description,omitempty"`
	Account            string `json:"account,omitempty"`
	Service            string `json:"service,omitempty"`
	AdditionalServices string `json:"additional_services,omitempty"`
	Locations          string `json:"locations,omitempty"`
	Description        string `json:"description,omitempty"`
}

// Names tells whether the short description is made of the answer to a question, in some language.
func (m Mapping) Names(key string) bool {
	for _, template := range m.ShortDescription {
		if strings.Contains(template, "{"+key+"}") {
			return true
		}
	}
	return false
}
