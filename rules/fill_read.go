package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// read types what was posted for a question and says what is wrong with it. It also leaves in the question what is to
// be shown: when refreshing what fits, when refusing what was typed.
func (r *reading) read(a *Asked) (value any, wrong *Complaint) {
	posted := r.raw[a.Key]
	if wrong := checkText(posted); wrong != nil {
		for _, s := range posted {
			a.Values = append(a.Values, strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
		}
		if a.Kind == KindTick {
			return false, wrong
		}
		return nil, wrong
	}
	a.Values = present(posted)
	switch a.Kind {
	case KindTick:
		return r.tick(a)
	case KindText, KindParagraph:
		return r.text(a, posted)
	case KindFiles:
		if len(a.Values) == 0 {
			return nil, nil
		}
		return a.Values, nil
	}
	only := a.Source == FromAccounts && len(a.Offered) == 1 && !r.more(a.Question)
	if len(a.Values) == 0 && only && a.Kind == KindChoice {
		a.Values = []string{a.Offered[0].Value}
	}
	if len(a.Values) == 0 {
		return nil, nil
	}
	if len(a.Values) > 1 && a.Kind != KindChoices {
		return nil, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
	}
	switch a.Kind {
	case KindYesNo:
		yes, ok := yesOrNo(a.Values[0])
		if !ok {
			return nil, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
		}
		a.Values = []string{map[bool]string{true: "yes", false: "no"}[yes]}
		return yes, nil
	case KindNumber:
		return r.number(a)
	case KindDate:
		if _, err := time.Parse(time.DateOnly, a.Values[0]); err != nil {
			return nil, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
		}
		return a.Values[0], nil
	}
	return r.choice(a)
}

// refuse makes a complaint; while refreshing it drops what was posted instead.
func (r *reading) refuse(a *Asked, code string, arguments ...any) *Complaint {
	if r.mode == Refresh {
		a.Values = nil
	}
	c := &Complaint{Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(arguments); i += 2 {
		c.Args[arguments[i].(string)] = arguments[i+1]
	}
	return c
}

func checkText(posted []string) *Complaint {
	for _, s := range posted {
		if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
			return &Complaint{Code: CodeNotText}
		}
	}
	return nil
}

// tick reads a tick, which is never missing. The last value counts, so that a hidden "no" may stand before the box.
func (r *reading) tick(a *Asked) (any, *Complaint) {
	if len(a.Values) == 0 {
		return false, nil
	}
	yes, ok := yesOrNo(a.Values[len(a.Values)-1])
	if !ok {
		return false, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
	}
	a.Values = nil
	if yes {
		a.Values = []string{"yes"}
	}
	return yes, nil
}

func yesOrNo(s string) (yes, ok bool) {
	switch s {
	case "yes", "true", "on", "1":
		return true, true
	case "no", "false", "off", "0":
		return false, true
	}
	return false, false
}

func (r *reading) text(a *Asked, posted []string) (any, *Complaint) {
	if len(a.Values) == 0 {
		return nil, nil
	}
	if len(a.Values) > 1 {
		return nil, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
	}
	limit := a.MaxLength
	s := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(a.Values[0])
	if a.Kind == KindText {
		s = strings.Join(strings.Fields(s), " ")
		if limit == 0 {
			limit = defaultTextLength
		}
	} else if limit == 0 {
		limit = defaultParagraphLength
	}
	if r.mode == Refresh { // still being typed: give it back as it is
		a.Values = slices.DeleteFunc(slices.Clone(posted), blank)[:1]
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return nil, &Complaint{Code: CodeTooLong, Args: map[string]any{"max": limit, "length": n}}
	}
	return s, nil
}

func (r *reading) number(a *Asked) (any, *Complaint) {
	n, err := strconv.Atoi(a.Values[0])
	switch {
	case err != nil:
		return nil, r.refuse(a, CodeWrongType, "kind", string(a.Kind))
	case a.Min != nil && n < *a.Min:
		return nil, r.refuse(a, CodeTooSmall, "min", *a.Min)
	case a.Max != nil && n > *a.Max:
		return nil, r.refuse(a, CodeTooLarge, "max", *a.Max)
	}
	return n, nil
}

// choice keeps what is offered, in the order of the options.
func (r *reading) choice(a *Asked) (any, *Complaint) {
	var chosen []string
	for _, o := range a.Offered {
		if slices.Contains(a.Values, o.Value) && !o.Unavailable {
			chosen = append(chosen, o.Value)
		}
	}
	var wrong *Complaint
	for _, s := range a.Values {
		if !slices.Contains(chosen, s) {
			code := CodeNotOffered
			switch a.Source {
			case FromLocations:
				code = CodeForeignLocation
			case FromAccounts:
				code = CodeForeignAccount
			}
			wrong = &Complaint{Code: code, Args: map[string]any{"value": s}}
			break
		}
	}
	if r.mode == Refresh {
		a.Values = chosen
	} else if wrong != nil {
		return nil, wrong
	}
	a.Settled = a.Source == FromAccounts && len(a.Offered) == 1 && !r.more(a.Question) && len(chosen) == 1
	switch {
	case len(chosen) == 0:
		return nil, wrong
	case a.Kind == KindChoice:
		return chosen[0], wrong
	}
	return chosen, wrong
}
