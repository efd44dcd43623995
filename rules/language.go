package rules

// Word is an operator or a function of conditions, for those who document and complete them. What it means stands in the
// catalogues of those who show it, by its key.
type Word struct {
	Name    string // as it is written
	Key     string // at-most for <=
	Example string // a condition with it
	Missing string // what a missing fact makes of it: one of the constants below; empty where nothing can
}

// What a missing fact makes of an operator or a function.
const (
	MissingFalse    = "false"    // it reads no
	MissingOpposite = "opposite" // it reads the opposite of what it is made of, so yes
	MissingEach     = "each"     // each of its sides is read by itself
	MissingAround   = "around"   // the comparison around it reads no
	MissingAsks     = "asks"     // whether it is missing is what it asks
)

// Operators are all that conditions can put facts together by, in the order in which one learns them.
var Operators = []Word{
	{"and", "and", `answers.urgent and answers.all_locations`, MissingEach},
	{"or", "or", `answers.urgent or answers.all_locations`, MissingEach},
	{"not", "not", `not answers.intermittent`, MissingOpposite},
	{"==", "is", `answers.issue_type == "No dial tone"`, MissingFalse},
	{"!=", "is-not", `answers.issue_type != "Other"`, MissingOpposite},
	{"<", "less", `now.hour < 8`, MissingFalse},
	{"<=", "at-most", `account.depth <= 1`, MissingFalse},
	{">", "more", `len(answers.locations) > 2`, MissingFalse},
	{">=", "at-least", `now.hour >= 18`, MissingFalse},
	{"in", "in", `"voice" in families`, MissingFalse},
	{"not in", "not-in", `"911 service" not in services`, MissingOpposite},
	{"contains", "contains", `answers.description contains "fire"`, MissingFalse},
	{"startsWith", "starts", `account.client_number startsWith "1002"`, MissingFalse},
	{"endsWith", "ends", `account.name endsWith "Clinics"`, MissingFalse},
	{"matches", "matches", `answers.description matches "(?i)ticket [0-9]+"`, MissingFalse},
	{"+", "plus", `len(answers.locations) + len(services) > 5`, MissingAround},
	{"-", "minus", `now.hour - 12 > 0`, MissingAround},
	{"*", "times", `account.depth * 2 < 5`, MissingAround},
	{"/", "over", `len(answers.locations) / 2 > 1.5`, MissingAround},
	{"%", "rest", `now.hour % 2 == 0`, MissingAround},
}

// Functions are all that conditions can call; each takes one argument, in round brackets.
var Functions = []Word{
	{"answered", "answered", `answered(answers.locations)`, MissingAsks},
	{"len", "len", `len(answers.locations) >= 3`, MissingAround},
	{"lower", "lower", `lower(answers.description) contains "smoke"`, MissingAround},
	{"upper", "upper", `upper(answers.description) contains "VIP"`, MissingAround},
}

// Bounds are those of what administrators write.
type Bounds struct {
	Condition int // bytes of one condition
	Parts     int // of one condition as it is written: facts, values and operators
	Size      int // parts of one condition with all shared names written out
	File      int // bytes of a rule set as a file
	Pattern   int // parts of a pattern, with what it repeats written out
	Text      int // bytes that conditions see of a text
}

// LanguageBounds are those that hold.
func LanguageBounds() Bounds {
	return Bounds{Condition: maxSource, Parts: maxNodes, Size: maxSize, File: maxFile, Pattern: maxPattern, Text: maxText}
}
