package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Outcomes are what is decided: of a rule the part that it sets, of a decision all. Zero values are not set.
type Outcomes struct {
	Priority     int      `json:"priority"`               // 1 to 4
	Queue        string   `json:"queue"`                  // its name
	Assignee     string   `json:"assignee,omitempty"`     // a colleague's e-mail address
	AnswerWithin Within   `json:"answer_within,omitzero"` // the first answer; where none is set the response targets count
	SolveWithin  Within   `json:"solve_within,omitzero"`  // the solution; where none is set none is promised
	Tags         []string `json:"tags"`                   // add up
	Notify       []string `json:"notify,omitempty"`       // add up: colleagues' e-mail addresses
	Request      []Text   `json:"request,omitempty"`      // add up: what the customer is asked for, in each language
}

// The names of outcomes, as files and traces call them.
const (
	OutcomePriority     = "priority"
	OutcomeQueue        = "queue"
	OutcomeAssignee     = "assignee"
	OutcomeAnswerWithin = "answer_within"
	OutcomeSolveWithin  = "solve_within"
	OutcomeTags         = "tags"
	OutcomeNotify       = "notify"
	OutcomeRequest      = "request"
)

var (
	// SingleOutcomes have one value: the first rule that holds and sets it wins.
	SingleOutcomes = []string{OutcomePriority, OutcomeQueue, OutcomeAssignee, OutcomeAnswerWithin, OutcomeSolveWithin}
	// AddingOutcomes gather what every rule that holds gives.
	AddingOutcomes = []string{OutcomeTags, OutcomeNotify, OutcomeRequest}
	// OutcomeNames are all, in the order in which they are told.
	OutcomeNames = slices.Concat(SingleOutcomes, AddingOutcomes)
)

// Value is one outcome: an int, a string, a Within, a []string or a []Text; nil where it is not set. An empty list that
// was written down is set: an example expects nothing by it.
func (o Outcomes) Value(outcome string) any {
	switch outcome {
	case OutcomePriority:
		return set(o.Priority)
	case OutcomeQueue:
		return set(o.Queue)
	case OutcomeAssignee:
		return set(o.Assignee)
	case OutcomeAnswerWithin:
		return set(o.AnswerWithin)
	case OutcomeSolveWithin:
		return set(o.SolveWithin)
	case OutcomeTags:
		return some(o.Tags)
	case OutcomeNotify:
		return some(o.Notify)
	case OutcomeRequest:
		return some(o.Request)
	}
	return nil
}

func set[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func some[T any](list []T) any {
	if list == nil {
		return nil
	}
	return list
}

// Take sets one outcome, or adds to it, as a rule of those outcomes does.
func (o *Outcomes) Take(outcome string, from Outcomes) {
	switch outcome {
	case OutcomePriority:
		o.Priority = from.Priority
	case OutcomeQueue:
		o.Queue = from.Queue
	case OutcomeAssignee:
		o.Assignee = from.Assignee
	case OutcomeAnswerWithin:
		o.AnswerWithin = from.AnswerWithin
	case OutcomeSolveWithin:
		o.SolveWithin = from.SolveWithin
	case OutcomeTags:
		o.Tags = appendNew(o.Tags, from.Tags...)
	case OutcomeNotify:
		o.Notify = appendNew(o.Notify, from.Notify...)
	case OutcomeRequest:
		for _, r := range from.Request {
			if !slices.ContainsFunc(o.Request, r.equal) {
				o.Request = append(o.Request, r)
			}
		}
	}
}

// setSingle sets one of SingleOutcomes, by its place, as Take does.
func (o *Outcomes) setSingle(at int, from *Outcomes) {
	switch at {
	case 0:
		o.Priority = from.Priority
	case 1:
		o.Queue = from.Queue
	case 2:
		o.Assignee = from.Assignee
	case 3:
		o.AnswerWithin = from.AnswerWithin
	case 4:
		o.SolveWithin = from.SolveWithin
	}
}

// clone is a copy that shares no list.
func (o Outcomes) clone() Outcomes {
	o.Tags = append([]string{}, o.Tags...)
	o.Notify, o.Request = append([]string(nil), o.Notify...), append([]Text(nil), o.Request...)
	return o
}

// None sets an outcome that adds up to none at all, as an example may expect it.
func (o *Outcomes) None(outcome string) {
	switch outcome {
	case OutcomeTags:
		o.Tags = []string{}
	case OutcomeNotify:
		o.Notify = []string{}
	case OutcomeRequest:
		o.Request = []Text{}
	}
}

// Gives tells whether the outcome says something: an empty list does not.
func (o Outcomes) Gives(outcome string) bool {
	switch v := o.Value(outcome).(type) {
	case nil:
		return false
	case []string:
		return len(v) > 0
	case []Text:
		return len(v) > 0
	}
	return true
}

// Same tells whether an outcome is the same in both; what adds up is the same in any order.
func (o Outcomes) Same(outcome string, other Outcomes) bool {
	return o.text(outcome) == other.text(outcome)
}

// text is an outcome in one spelling, empty where it is not set.
func (o Outcomes) text(outcome string) string {
	switch v := o.Value(outcome).(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(sorted(v), ", ")
	case []Text:
		lines := make([]string, len(v))
		for i, t := range v {
			lines[i] = flowText(t)
		}
		return strings.Join(sorted(lines), ", ")
	default:
		return fmt.Sprint(v)
	}
}

// Within is a time in which something is promised. The zero one promises nothing. It is written "30 minutes", "4 hours"
// or, where only the provider's business hours count, "8 business hours".
type Within struct {
	Minutes  int
	Business bool
}

// longestWithin is two years: more is a slip of the hand.
const longestWithin = 2 * 366 * 24 * 60

var withinForm = regexp.MustCompile(`^([1-9][0-9]{0,6}) (business )?(minutes?|hours?)$`)

// ParseWithin reads a time as String writes it; ok is false for anything else.
func ParseWithin(s string) (w Within, ok bool) {
	m := withinForm.FindStringSubmatch(s)
	if m == nil {
		return Within{}, false
	}
	n, err := strconv.Atoi(m[1])
	if strings.HasPrefix(m[3], "hour") {
		n *= 60
	}
	if err != nil || n > longestWithin {
		return Within{}, false
	}
	return Within{Minutes: n, Business: m[2] != ""}, true
}

// String writes it in hours where it is whole ones.
func (w Within) String() string {
	if w.Minutes == 0 {
		return ""
	}
	n, unit := w.Minutes, "minute"
	if n%60 == 0 {
		n, unit = n/60, "hour"
	}
	if n != 1 {
		unit += "s"
	}
	if w.Business {
		unit = "business " + unit
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// MarshalText writes it as String does.
func (w Within) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Within) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = Within{}
		return nil
	}
	read, ok := ParseWithin(string(text))
	if !ok {
		return fmt.Errorf("%q is no time such as 30 minutes or 8 business hours", text)
	}
	*w = read
	return nil
}
