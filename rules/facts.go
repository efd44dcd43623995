package rules

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Answers are typed answers by question key: bool, string, []string, int, and a date as "2006-01-02". A key that is not
// there is a missing answer.
type Answers map[string]any

// UnmarshalJSON gives numbers and lists the types that conditions expect, so that answers survive being stored.
func (a *Answers) UnmarshalJSON(data []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	out := make(Answers, len(raw))
	for key, v := range raw {
		typed, ok := plain(v)
		if !ok {
			return fmt.Errorf("answers.%s: neither yes or no, text, a whole number nor a list of text", key)
		}
		if typed != nil {
			out[key] = typed
		}
	}
	*a = out
	return nil
}

// plain narrows a decoded value to the types of Answers; null is nil, a missing answer.
func plain(v any) (any, bool) {
	switch v := v.(type) {
	case nil, bool, string, int:
		return v, true
	case []string:
		return v, true
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return nil, false
		}
		return int(v), true
	case []any:
		list := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			list[i] = s
		}
		return list, true
	}
	return nil, false
}

// Text is the answer as text, empty where it is missing or something else.
func (a Answers) Text(key string) string {
	s, _ := a[key].(string)
	return s
}

// List is the answer as a list; a single choice is a list of one.
func (a Answers) List(key string) []string {
	switch v := a[key].(type) {
	case []string:
		return v
	case string:
		return []string{v}
	}
	return nil
}

// texts are the parts of an answer that is not yes or no.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case int:
		return []string{strconv.Itoa(v)}
	}
	return nil
}

// Facts are all that rules see of a case. They are kept with the case as they were, so that the same rule set can
// always decide it the same way again.
type Facts struct {
	Item     string       `json:"item"`
	Type     string       `json:"type"`
	Answers  Answers      `json:"answers"`
	Services []string     `json:"services"`
	Families []string     `json:"families"`
	Account  AccountFacts `json:"account"`
	Contact  ContactFacts `json:"contact"`
	Now      NowFacts     `json:"now"`
}

// AccountFacts are what rules see of the account. Without a client number no account is known, and its facts read like
// missing answers.
type AccountFacts struct {
	Name         string   `json:"name"`
	ClientNumber string   `json:"client_number"`
	Tier         string   `json:"tier"`
	Depth        int      `json:"depth"` // a root is 0
	Path         []string `json:"path"`  // names from the root
}

// ContactFacts are what rules see of the requester. Without a language nobody is known, and the facts read like missing
// answers.
type ContactFacts struct {
	Language string   `json:"language"`
	Roles    []string `json:"roles"`
}

// NowFacts are when the case was opened, in the time zone of the account. Without a weekday the time is not known.
type NowFacts struct {
	Hour          int    `json:"hour"`
	Weekday       string `json:"weekday"` // Monday …
	BusinessHours bool   `json:"business_hours"`
}
