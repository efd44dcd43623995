package rules

// Problem is one thing wrong with a rule set or form. Code and Args are for a catalogue, Error is plain English.
type Problem struct {
	Rule  string // its name; empty for what belongs to none
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
