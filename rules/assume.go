package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Assumable tells whether a fact can be assumed: what is known of an account, a contact or a time. Answers are answered,
// and all else follows from them.
func Assumable(path string) bool {
	root, _, dotted := strings.Cut(path, ".")
	return dotted && root != "answers"
}

// assumed stands for the name and number of an account of which only other things are assumed.
const assumed = "assumed"

// assume gives facts instead of those that were looked up. Where there was no account, contact or time at all, one fact
// makes it known: the rest of it is then as plain as can be (no tier, a root, English, no role, Monday at midnight).
func (v *Vocabulary) assume(f *Facts, given map[string]any) *FieldError {
	for _, path := range slices.Sorted(maps.Keys(given)) {
		wrong := func(format string, a ...any) *FieldError {
			return &FieldError{Field: "assume." + path, Err: fmt.Errorf(format, a...)}
		}
		fact, known := v.fact(path)
		if !known || !Assumable(path) {
			return wrong("there is no such fact of an account, a contact or a time")
		}
		value, ok := plain(given[path])
		if value == nil && ok {
			continue // null: left as it is
		}
		if !ok || !fits(fact.Type, value) {
			return wrong("should be %s", wanted[fact.Type])
		}
		if fact.Choices != nil {
			for _, s := range texts(value) {
				if !slices.Contains(fact.Choices, s) {
					return wrong("there is no %q", s)
				}
			}
		}
		if err := f.take(path, value); err != nil {
			return wrong("%w", err)
		}
	}
	return nil
}

// take sets one fact of an account, a contact or a time.
func (f *Facts) take(path string, value any) error {
	switch root, _, _ := strings.Cut(path, "."); {
	case root == "account" && f.Account.ClientNumber == "":
		f.Account = AccountFacts{Name: assumed, ClientNumber: assumed, Path: []string{assumed}}
	case root == "contact" && f.Contact.Language == "":
		f.Contact = ContactFacts{Language: languages[0], Roles: []string{}}
	case root == "now" && f.Now.Weekday == "":
		f.Now = NowFacts{Weekday: weekdays[0]}
	}
	text, _ := value.(string)
	number, _ := value.(int)
	list, _ := value.([]string)
	yes, _ := value.(bool)
	switch path {
	case "account.name":
		f.Account.Name = text
	case "account.client_number":
		if text == "" {
			return errors.New("is missing")
		}
		f.Account.ClientNumber = text
	case "account.tier":
		f.Account.Tier = text
	case "account.depth":
		f.Account.Depth = number
	case "account.path":
		f.Account.Path = list
	case "contact.language":
		f.Contact.Language = text
	case "contact.roles":
		f.Contact.Roles = list
	case "now.hour":
		f.Now.Hour = number
	case "now.weekday":
		f.Now.Weekday = text
	case "now.business_hours":
		f.Now.BusinessHours = yes
	default:
		return errors.New("cannot be assumed")
	}
	return nil
}
