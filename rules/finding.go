package rules

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Finding is one thing that the check has to say of a rule set that compiles. Code and Args are for a catalogue, Message
// is plain English.
type Finding struct {
	Code     string
	Severity Severity
	Proved   bool     // false: that it is so, or that it is not, could not be proved
	Rules    []string // by name: the one it is about, then others it speaks of; none where it is about the default or a form
	Field    string   // of the first rule: when, then.priority …
	Args     map[string]string
	Choices  []string // that a finding about choices names
	Witness  *Example // answers that show it; what is expected is what the set decides now. Nil where there is nothing to show
}

// Severity says how much a finding matters.
type Severity string

// The severities, the gravest first.
const (
	Warning  Severity = "warning"  // hardly what anybody meant
	Notice   Severity = "notice"   // worth a look
	Unproved Severity = "unproved" // may be so
	Info     Severity = "info"     // how it is, and likely meant so
)

// Severities are all, the gravest first.
var Severities = []Severity{Warning, Notice, Unproved, Info}

// Limits bound a check. What is zero is as DefaultLimits have it.
type Limits struct {
	Time      time.Duration // for all of it
	Conflicts int           // wrong turns of the solver for each question
	Refine    int           // times that a question is asked again with what the last answer taught
	Listed    int           // of combinations that only the default serves, for each item and outcome
}

// DefaultLimits are enough for hundreds of rules.
var DefaultLimits = Limits{Time: 10 * time.Second, Conflicts: 20_000, Refine: 200, Listed: 5}

// Checked is what a check found.
type Checked struct {
	Findings     []Finding // the gravest first, then in the order of the rules
	Rules        int       // that were looked at
	Facts        []string  // that conditions speak of
	Spoken       []Spoken  // what rules could well speak of, and how far they do
	Combinations string    // of the values of these facts, all figures; 0 where there is no form
	Complete     bool      // nothing was left unproved
	InTime       bool      // nothing was left unproved for want of time
}

// Level is how grave the gravest finding about a rule is; empty where there is none.
func (c Checked) Level(rule string) Severity {
	for _, s := range Severities {
		if slices.ContainsFunc(c.Findings, func(f Finding) bool {
			return f.Severity == s && len(f.Rules) > 0 && f.Rules[0] == rule
		}) {
			return s
		}
	}
	return ""
}

// Of are the findings about a rule.
func (c Checked) Of(rule string) []Finding {
	var out []Finding
	for _, f := range c.Findings {
		if len(f.Rules) > 0 && f.Rules[0] == rule {
			out = append(out, f)
		}
	}
	return out
}

// findings are the codes in English. {rule} is the first rule in quotes, {others} are those after it, {outcome} is named as
// in outcomeWords; {name} stands for an argument.
var findings = map[string]string{
	FindNeverHolds:       "{rule} can never hold: no form can be filled in so.",
	FindAlwaysHolds:      "{rule} always holds, whatever is answered.",
	FindNeverWins:        "{rule} can never win: wherever it holds, everything it decides is decided before it, by {others}.",
	FindNeverSets:        "{rule} never sets the {outcome}: wherever it holds, that is set before it, by {others}.",
	FindAddsNothing:      "{rule} never adds to the {outcome}: wherever it holds, the same is there before it, from {others}.",
	FindSame:             "{rule} holds for exactly the same answers as {others}.",
	FindRepeats:          "{rule} says the same as {others}: they hold for the same answers and decide the same.",
	FindOrder:            "{rule} and {others} can hold for the same answers and set a different {outcome}: only their order decides.",
	FindSettled:          "{rule} goes before {others} in the {outcome}, and an example expects that.",
	FindException:        "{rule} is an exception to {others} in the {outcome}: it holds for fewer answers, and stands first.",
	FindStricter:         "{rule} and {others} can hold for the same answers: the stricter {outcome} stands first.",
	FindDefault:          "Only the default sets the {outcome} of {item} here, because of {facts}.",
	FindMore:             "There are more answers for which only the default sets the {outcome} of {item}.",
	FindUnserved:         "No rule ever sets the {outcome} of {item}: the default always does.",
	FindUnspoken:         "No rule speaks of {fact}.",
	FindChoices:          "No rule speaks of these choices of {fact}: {choices}.",
	FindMissing:          "{rule} can decide only because {fact} is missing.",
	"summary":            "Rules: {rules}. Facts that they ask about: {facts}. Combinations of these: {combinations}. All of it is proved.",
	"summary" + unproved: "Rules: {rules}. Facts that they ask about: {facts}. Combinations of these: {combinations}. Not all of it is proved.",

	FindLate: "There was no time to prove more. What is not said here is unproved, not fine.",

	FindNeverHolds + unproved:  "Whether {rule} can ever hold is unproved: it turns on {facts}.",
	FindAlwaysHolds + unproved: "Whether {rule} always holds is unproved: it turns on {facts}.",
	FindNeverWins + unproved:   "Whether {rule} can ever win is unproved: it turns on {facts}.",
	FindNeverSets + unproved:   "Whether {rule} ever sets the {outcome} is unproved: it turns on {facts}.",
	FindAddsNothing + unproved: "Whether {rule} ever adds to the {outcome} is unproved: it turns on {facts}.",
	FindSame + unproved:        "Whether {rule} and {others} ever differ is unproved: it turns on {facts}.",
	FindOrder + unproved:       "Whether {rule} and {others} can hold for the same answers, and only their order decides the {outcome}, is unproved: it turns on {facts}.",
	FindDefault + unproved:     "Whether the default ever sets the {outcome} of {item} is unproved: it turns on {facts}.",
	FindMissing + unproved:     "Whether {rule} ever decides only because {fact} is missing is unproved: it turns on {facts}.",
}

const unproved = ".unproved"

// outcomeWords are the outcomes in English.
var outcomeWords = map[string]string{
	OutcomePriority: "priority", OutcomeQueue: "queue", OutcomeAssignee: "assignee", OutcomeAnswerWithin: "time to answer",
	OutcomeSolveWithin: "time to solve", OutcomeTags: "tags", OutcomeNotify: "people told", OutcomeRequest: "information asked for",
}

// FindingCodes are all codes a finding can have, sorted; what is not proved has ".unproved" after it.
func FindingCodes() []string { return slices.Sorted(maps.Keys(findings)) }

// Message says in English what was found.
func (f Finding) Message() string {
	var pairs []string
	if len(f.Rules) > 0 {
		pairs = append(pairs, "{rule}", quotedList(f.Rules[:1]), "{others}", quotedList(f.Rules[1:]))
	}
	for name, value := range f.Args {
		if name == "outcome" {
			value = outcomeWords[value]
		}
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(findings[f.Code])
}

// Message says in English how far the check went.
func (c Checked) Message() string {
	code := "summary"
	if !c.Complete {
		code += unproved
	}
	return strings.NewReplacer("{rules}", strconv.Itoa(c.Rules), "{facts}", strconv.Itoa(len(c.Facts)), "{combinations}", grouped(c.Combinations, ",")).Replace(findings[code])
}

// Combined is the number of combinations as people read it, with something between each three figures; of very many, how
// many figures there are.
func (c Checked) Combined(between string) string { return grouped(c.Combinations, between) }

func grouped(digits, between string) string {
	if len(digits) > 18 {
		return "10^" + strconv.Itoa(len(digits)-1)
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(between)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// quotedList is names in quotes, one after the other.
func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	return strings.Join(quoted, ", ")
}
