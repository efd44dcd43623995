package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problem is one thing wrong with a rule set or form. Code and Args are for a catalogue, Error is plain English.
type Problem struct {
	Rule  string // its name; of a form the question's key; empty for what belongs to none
	Index int    // of the rule, let, example or question in its list; -1 for none
	Field string // when, then.queue, let.everywhere, default.priority, examples …

	// Where in the text of the field (or, of a file that cannot be read, in the file): line and column count from 1,
	// From and To are offsets in characters. Line is 0 where the field as a whole is meant.
	Line, Column int
	From, To     int

	FileLine int // where the field stands in the file that was parsed; 0 when unknown

	Code       string
	Args       map[string]string
	Suggestion string // what was probably meant
}

// Problems are all that is wrong; none is nil.
type Problems []Problem

// The codes of problems, with the names of their arguments.
const (
	CodeSyntax          = "syntax"             // message
	CodeUnexpected      = "unexpected"         // token
	CodeUnexpectedEnd   = "unexpected_end"     //
	CodeSingleEquals    = "single_equals"      //
	CodeEmpty           = "empty"              //
	CodeConditionLong   = "condition_too_long" // max
	CodeTooBig          = "too_big"            // max
	CodeNotAllowed      = "not_allowed"        // what
	CodeUnknownFact     = "unknown_fact"       // fact
	CodeUnknownChoice   = "unknown_choice"     // fact, value
	CodeUnknownFunction = "unknown_function"   // function
	CodeOneArgument     = "one_argument"       // function
	CodeArgument        = "argument"           // function, type
	CodeNotFact         = "not_fact"           //
	CodeNotCondition    = "not_condition"      // type
	CodeNotBool         = "not_bool"           // operator, type
	CodeNotNumber       = "not_number"         // operator, type
	CodeNotTextual      = "not_textual"        // operator, type
	CodeNotList         = "not_list"           // type
	CodeNotDate         = "not_date"           // value
	CodeNoOrder         = "no_order"           // operator, type
	CodeMismatch        = "mismatch"           // operator, left, right
	CodeUseIn           = "use_in"             //
	CodeListLiterals    = "list_literals"      //
	CodePatternFixed    = "pattern_fixed"      //
	CodeBadPattern      = "bad_pattern"        // message
	CodePatternBig      = "pattern_too_big"    // max

	CodeUnknownKey      = "unknown_key"      // key
	CodeDuplicate       = "duplicate"        // name
	CodeRequired        = "required"         // key
	CodeExpected        = "expected"         // want
	CodeReserved        = "reserved"         // name
	CodeBadName         = "bad_name"         // name
	CodeLater           = "later"            // name
	CodePriority        = "priority"         //
	CodeUnknownQueue    = "unknown_queue"    // queue
	CodeUnknownLanguage = "unknown_language" // language
	CodeNothingDecided  = "nothing_decided"  //
	CodeUnknownStaff    = "unknown_staff"    // person
	CodeBothLanguages   = "both_languages"   //

	CodeUnknownKind     = "unknown_kind"     // kind
	CodeUnknownSource   = "unknown_source"   // source
	CodeUnknownQuestion = "unknown_question" // question
	CodeNoOptions       = "no_options"       //
	CodeKindDiffers     = "kind_differs"     // kind, other
	CodeRange           = "range"            //
)

// sentences are the codes in English. {name} stands for an argument.
var sentences = map[string]string{
	CodeSyntax:          "cannot be read: {message}",
	CodeUnexpected:      "{token} is not expected here",
	CodeUnexpectedEnd:   "something is missing at the end",
	CodeSingleEquals:    "to compare, write == with two equals signs",
	CodeEmpty:           "is empty; a condition that always holds is written true",
	CodeConditionLong:   "is longer than {max} bytes",
	CodeTooBig:          "has too many parts, shared names written out",
	CodeNotAllowed:      "{what} has no place in a condition",
	CodeUnknownFact:     "there is no fact {fact}",
	CodeUnknownChoice:   `"{value}" is not a choice of {fact}`,
	CodeUnknownFunction: "there is no function {function}",
	CodeOneArgument:     "{function} takes one argument",
	CodeArgument:        "{function} cannot take a {type}",
	CodeNotFact:         "answered asks about a fact, such as answered(answers.locations)",
	CodeNotCondition:    "is a {type}, not a condition that is true or false",
	CodeNotBool:         "{operator} needs something true or false, not a {type}",
	CodeNotNumber:       "{operator} needs a number, not a {type}",
	CodeNotTextual:      "{operator} needs text, not a {type}",
	CodeNotList:         "in needs a list, not a {type}",
	CodeNotDate:         `"{value}" is not a date like 2026-01-31`,
	CodeNoOrder:         "{operator} cannot order a {type}",
	CodeMismatch:        "{operator} cannot compare a {left} with a {right}",
	CodeUseIn:           `to look into a list, write "value" in list`,
	CodeListLiterals:    "a list here holds texts in quotes only",
	CodePatternFixed:    "the pattern of matches is a text in quotes",
	CodeBadPattern:      "the pattern cannot be read: {message}",
	CodePatternBig:      "the pattern has more than {max} parts, with what it repeats written out",

	CodeUnknownKey:      `there is no key "{key}" here`,
	CodeDuplicate:       `"{name}" stands here twice`,
	CodeRequired:        "{key} is missing",
	CodeExpected:        "should be {want}",
	CodeReserved:        `"{name}" has a meaning of its own and cannot be a name`,
	CodeBadName:         `"{name}" cannot be a name: letters, digits and _ only, a letter first`,
	CodeLater:           "a shared name can use only those that stand before it, and {name} does not",
	CodePriority:        "a priority is a number from 1 to 4",
	CodeUnknownQueue:    `there is no queue "{queue}"`,
	CodeUnknownLanguage: `there is no language "{language}" here: en and fr are`,
	CodeNothingDecided:  "decides nothing: give a priority, a queue or another outcome",
	CodeUnknownStaff:    `nobody among staff has the address "{person}"`,
	CodeBothLanguages:   "what the customer is asked for has to be said in English and in French",

	CodeUnknownKind:     `there is no kind of question "{kind}"`,
	CodeUnknownSource:   `options of such a question cannot come from "{source}"`,
	CodeUnknownQuestion: "there is no question {question} that fits before this one",
	CodeNoOptions:       "there is nothing to choose from",
	CodeKindDiffers:     "is a {kind} here and a {other} on another form",
	CodeRange:           "the smallest is larger than the largest",
}

// Aside tells whether the problem speaks against publishing only: once published, the rule decides all else that it says.
func (p Problem) Aside() bool { return p.Code == CodeUnknownStaff }

// barring is the first problem that keeps a rule from deciding; nil if none does.
func (p Problems) barring() *Problem {
	for i := range p {
		if !p[i].Aside() {
			return &p[i]
		}
	}
	return nil
}

// ProblemCodes are all codes a problem can have, sorted.
func ProblemCodes() []string { return slices.Sorted(maps.Keys(sentences)) }

// Message says in English what is wrong, without where.
func (p Problem) Message() string {
	s := sentences[p.Code]
	for name, value := range p.Args {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	if p.Suggestion != "" {
		s += fmt.Sprintf(" (did you mean %q?)", p.Suggestion)
	}
	return s
}

// Error says in English where and what.
func (p Problem) Error() string {
	var where []string
	if p.FileLine > 0 {
		where = append(where, fmt.Sprintf("line %d", p.FileLine))
	}
	if p.Rule != "" {
		where = append(where, fmt.Sprintf("%q", p.Rule))
	}
	if p.Field != "" {
		where = append(where, p.Field)
	}
	if p.Line > 0 && p.Field != "" {
		where = append(where, fmt.Sprintf("%d:%d", p.Line, p.Column))
	} else if p.Line > 0 {
		where = append(where, fmt.Sprintf("line %d, column %d", p.Line, p.Column))
	}
	return strings.Join(append(where, p.Message()), ": ")
}

// Error lists all, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is the problems as an error, nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// in says of problems of a condition where that condition stands.
func (p Problems) in(rule string, index int, field string, fileLine int) Problems {
	for i := range p {
		p[i].Rule, p[i].Index, p[i].Field, p[i].FileLine = rule, index, field, fileLine
	}
	return p
}

// at finds line and column in the source for problems that know their offsets.
func (p Problems) at(source string) Problems {
	for i := range p {
		p[i].Line, p[i].Column = lineColumn(source, p[i].From)
	}
	return p
}

func lineColumn(source string, offset int) (line, column int) {
	line, column = 1, 1
	for i, r := range []rune(source) {
		if i == offset {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

func args(pairs ...string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}
