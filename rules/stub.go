package rules

// CompiledForm is a form whose conditions are compiled. It never changes and may be used by many at once.
type CompiledForm struct {
	Form
}

// Compile checks a form and makes it ready to be filled in. Problems name the question in Rule and its place in Index.
// With problems the compiled form is nil.
func (f Form) Compile() (*CompiledForm, Problems) { return nil, nil }

// Question finds a question by its key.
func (f *CompiledForm) Question(key string) (Question, bool) { return Question{}, false }

// ChosenAccount is the account that the raw answers choose, if it is one of those offered; the only one if there is
// but one; else "". Ask it first: offers are those of the chosen account.
func (f *CompiledForm) ChosenAccount(raw map[string][]string, accounts []Option) string { return "" }

// Fill reads posted answers.
func (f *CompiledForm) Fill(raw map[string][]string, offers Offers, mode Mode) Filled {
	return Filled{}
}

// Settle leaves out of typed answers what would not apply, as Fill would, and sets ticks that apply and are not there
// to false. It asks nothing about offers.
func (f *CompiledForm) Settle(a Answers) Answers { return a }

// ShortDescription makes a case's short description of its answers; empty if the form doesn't say how.
func (f *CompiledForm) ShortDescription(a Answers, offers Offers, lang string) string { return "" }

// Described is an answer as people read it.
type Described struct {
	Question
	Values []Text // of choices their labels, else what was typed; empty for yes or no
	Yes    *bool  // of yes/no and ticks
}

// Describe lists the answers in the order of the questions. Labels of options that came from offers are found only as
// far as these are given; elsewhere the value stands for its label.
func (f *CompiledForm) Describe(a Answers, offers Offers) []Described { return nil }

// Vocabulary is what conditions can speak of, made from what is published.
type Vocabulary struct{}

// Fact is one thing conditions can speak of.
type Fact struct {
	Path    string // answers.urgent
	Type    Type
	Choices []string // nil: open
	Label   Text     // of an answer, its question
}

// Type is what a fact or a part of a condition is.
type Type string

// The types of facts.
const (
	Bool  Type = "bool"
	Int   Type = "int"
	Float Type = "float"
	Str   Type = "text"
	Day   Type = "date"
	List  Type = "list"
)

// NewVocabulary gathers what rules can know. A question that has different kinds on two forms is a problem.
func NewVocabulary(w World) (*Vocabulary, Problems) { return nil, nil }

// Facts lists what conditions can speak of, for editors that complete names and choices.
func (v *Vocabulary) Facts() []Fact { return nil }

// NewFacts makes the facts of a case from what was answered and known, services and families included.
func (v *Vocabulary) NewFacts(item string, a Answers, account AccountFacts, contact ContactFacts, now NowFacts) Facts {
	return Facts{}
}

// Parse reads a rule set from YAML. It is strict: unknown keys, wrong types and duplicate names are problems with their
// line and column in the file.
func Parse(source string) (RuleSet, Problems) { return RuleSet{}, nil }

// Format writes a rule set as YAML, always the same for the same set. Parse reads back an equal one; comments are not kept.
func (s RuleSet) Format() string { return "" }

// Compiled is a rule set ready to decide. It never changes and may be used by many at once.
type Compiled struct{}

// Compile checks a rule set and makes it ready. It always gives one: a rule with a problem is passed over, and reported
// with each decision. A set with problems must not be published.
func Compile(set RuleSet, v *Vocabulary) (*Compiled, Problems) { return nil, nil }

// Decide gives the decision for facts, always the same for the same facts.
func (c *Compiled) Decide(f Facts) Decision { return Decision{} }

// Lookup finds the facts that a line or an example names. Errors are shown to whoever asked.
type Lookup struct {
	Account func(numberOrName string) (AccountFacts, error)
	Contact func(email string) (ContactFacts, error)
	Now     func(AccountFacts) NowFacts
}

// Difference is an outcome that did not come out as expected.
type Difference struct {
	Outcome string
	Want    any
	Got     any
	By      string // who decided what came out
}

// Result is how an example fared.
type Result struct {
	Example     Example
	Error       error // the example itself can't be asked
	Decision    Decision
	Differences []Difference
}

// Passed tells whether the decision was the expected one.
func (r Result) Passed() bool { return r.Error == nil && len(r.Differences) == 0 }

// Report is all that speaks against publishing a rule set.
type Report struct {
	Problems Problems
	Results  []Result
}

// Publishable tells whether nothing does.
func (r Report) Publishable() bool { return false }

// Check compiles a set and runs its examples.
func Check(set RuleSet, v *Vocabulary, find Lookup) (*Compiled, Report) { return nil, Report{} }

// Change is a difference in meaning between two rule sets.
type Change struct {
	Kind     string // see the constants
	Rule     string // the name in the new set, if it is there
	Field    string
	Old, New string
}

// Diff tells what differs between two rule sets in meaning: not in spelling, comments or spaces.
func Diff(old, new RuleSet) []Change { return nil }

// FieldError is an input that can't be judged, and the field that is to blame.
type FieldError struct {
	Field string // answers.service
	Err   error
}

// Error says what is wrong, field first.
func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *FieldError) Unwrap() error { return e.Err }

// DecideLine reads {"item","account","contact","answers"} and gives the line that answers it, and whether it could be
// decided. n is the number of the line.
func (c *Compiled) DecideLine(n int, line []byte, find Lookup) (answer []byte, ok bool) {
	return nil, false
}

// Error says the problem in English.
func (p Problem) Error() string { return p.Code }

// Error lists all, one a line.
func (p Problems) Error() string { return "" }
