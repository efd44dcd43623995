package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// FieldError is an input that can't be judged, and the field that is to blame.
type FieldError struct {
	Field string // answers.service; empty: all of it
	Err   error
}

// Error says what is wrong, field first.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Err.Error()
	}
	return e.Field + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *FieldError) Unwrap() error { return e.Err }

// question is what can be asked of a rule set without a case: a line of the command line, an example.
type question struct {
	Item    string         `json:"item"`
	Account string         `json:"account"`
	Contact string         `json:"contact"`
	Answers map[string]any `json:"answers"`
	Assume  map[string]any `json:"assume"`
}

// judge makes facts of a question. Answers that would not apply are left out as the form would leave them out; what no
// published form knows is refused; whether the account has the service is not asked.
func (v *Vocabulary) judge(q question, find Lookup) (Facts, *FieldError) {
	wrong := func(field, format string, a ...any) (Facts, *FieldError) {
		return Facts{}, &FieldError{Field: field, Err: fmt.Errorf(format, a...)}
	}
	item, ok := v.items[q.Item]
	switch {
	case q.Item == "":
		return wrong("item", "is missing")
	case !ok:
		return wrong("item", "there is no item %q", q.Item)
	}
	var account AccountFacts
	var contact ContactFacts
	var err error
	if q.Account != "" {
		if find.Account == nil {
			return wrong("account", "accounts are not known here")
		}
		if account, err = find.Account(q.Account); err != nil {
			return wrong("account", "%w", err)
		}
	}
	if q.Contact != "" {
		if find.Contact == nil {
			return wrong("contact", "contacts are not known here")
		}
		if contact, err = find.Contact(q.Contact); err != nil {
			return wrong("contact", "%w", err)
		}
	}
	answers, bad := v.answers(q.Answers)
	if bad != nil {
		return Facts{}, bad
	}
	if item.Form != nil {
		if key := item.Form.Case.Account; key != "" && account.ClientNumber != "" && answers[key] == nil {
			answers[key] = account.ClientNumber
		}
		answers = item.Form.Settle(answers)
	}
	var now NowFacts
	if find.Now != nil {
		now = find.Now(account)
	}
	facts := v.NewFacts(q.Item, answers, account, contact, now)
	if bad := v.assume(&facts, q.Assume); bad != nil {
		return Facts{}, bad
	}
	return facts, nil
}

var wanted = map[Type]string{Bool: "true or false", Int: "a whole number", Str: "text", Day: "a date such as 2026-01-31", List: "a list of texts"}

// answers types answers and checks them against what any published form offers.
func (v *Vocabulary) answers(given map[string]any) (Answers, *FieldError) {
	out := Answers{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		path := "answers." + key
		f, ok := v.fact(path)
		if !ok {
			return nil, &FieldError{Field: path, Err: errors.New("no form asks this question")}
		}
		value, ok := plain(given[key])
		if value == nil && ok {
			continue // null: left open
		}
		if !ok || !fits(f.Type, value) {
			return nil, &FieldError{Field: path, Err: fmt.Errorf("should be %s", wanted[f.Type])}
		}
		if f.Choices != nil {
			for _, s := range texts(value) {
				if !slices.Contains(f.Choices, s) {
					return nil, &FieldError{Field: path, Err: fmt.Errorf("%q is not offered by any form", s)}
				}
			}
		}
		out[key] = value
	}
	return out, nil
}

// DecideLine reads {"item", "account", "contact", "answers", "assume"} and gives the line that answers it, and whether it could be
// decided. n is the number of the line.
func (c *Compiled) DecideLine(n int, line []byte, find Lookup) (answer []byte, ok bool) {
	facts, err := c.readLine(line, find)
	if err != nil {
		return oneLine(struct {
			Error string `json:"error"`
			Field string `json:"field"`
		}{fmt.Sprintf("line %d: %v", n, err), err.Field}), false
	}
	d := c.Decide(facts)
	return oneLine(struct {
		Outcomes Outcomes  `json:"outcomes"`
		By       By        `json:"by"`
		Failed   []Failure `json:"failed,omitempty"`
	}{d.Outcomes, d.By, d.Trace.Failed}), true
}

func (c *Compiled) readLine(line []byte, find Lookup) (Facts, *FieldError) {
	var q question
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		var wrongType *json.UnmarshalTypeError
		if errors.As(err, &wrongType) {
			return Facts{}, &FieldError{Field: wrongType.Field, Err: fmt.Errorf("should not be a %s", wrongType.Value)}
		}
		return Facts{}, &FieldError{Err: fmt.Errorf("not a question in JSON: %w", err)}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Facts{}, &FieldError{Err: errors.New("more than one value")}
	}
	return c.vocabulary.judge(q, find)
}

// oneLine is JSON on one line with a space after each comma and colon, for people who read it in a terminal.
func oneLine(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // none of our types can fail
		return []byte(`{"error": "cannot be written"}`)
	}
	var out []byte
	inText, escaped := false, false
	for _, c := range bytes.TrimSpace(b.Bytes()) {
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case c == '"':
			inText = !inText
		case !inText && (c == ',' || c == ':'):
			out = append(out, ' ')
		}
	}
	return out
}
