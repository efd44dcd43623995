package rules

import "slices"

// Operator is a word or sign of conditions.
type Operator struct {
	Text string
	Of   string // types of what may stand before it, with spaces between: bool, number, text, date, list; empty: none
}

// Functions are all that conditions can call.
func Functions() []string { return slices.Clone(functions) }

// Operators are all words and signs of conditions, in the order in which an editor offers them.
func Operators() []Operator {
	return []Operator{
		{"and", "bool"}, {"or", "bool"}, {"not", ""},
		{"==", "bool number text date"}, {"!=", "bool number text date"},
		{"in", "text date"}, {"not in", "text date"},
		{"<", "number text date"}, {"<=", "number text date"}, {">", "number text date"}, {">=", "number text date"},
		{"contains", "text"}, {"startsWith", "text"}, {"endsWith", "text"}, {"matches", "text"},
		{"+", "number"}, {"-", "number"}, {"*", "number"}, {"/", "number"}, {"%", "number"},
	}
}

// Families are the groups of services.
func (v *Vocabulary) Families() []Family { return slices.Clone(v.world.Families) }
