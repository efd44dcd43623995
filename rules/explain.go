package rules

import (
	"slices"

	"github.com/expr-lang/expr/vm"
)

// Asking is a case that was decided and is to be explained: what rules saw of it, and the form as it was filled in.
type Asking struct {
	Facts  Facts
	Form   *CompiledForm // nil: no other answers are looked for
	Offers Offers        // what there was to choose from, with what was chosen; the account stays as it is
	Budget int           // how many forms are filled in, at most; 0: DefaultBudget
}

// DefaultBudget is how many forms are filled in where nothing else is said: more than any form of the standard catalog has
// that differ, and no more than a page may take.
const DefaultBudget = 60_000

// Explanation is why a case was decided as it was, what came close and what would have decided it otherwise. Answers are
// changed in it as in a form that is filled in: what then applies and is required is answered too, what does not apply any
// more is gone. The account, the contact and the time are no answers, and stay.
type Explanation struct {
	Decision  Decision // with its whole trace
	Fits      bool     // the form could be filled in as it was; where it can't, nothing below was looked for
	Near      []Near   // by outcome, in the order of the rules
	Whole     bool     // these are all that came close; else some kinds of answers were not tried
	Otherwise []Otherwise
}

// Near is a rule that did not set an outcome and would have, had one answer been different.
type Near struct {
	Rule    string
	When    string
	Outcome string
	Value   any    // what it would have set
	Failed  []Part // of its condition, what stood in the way
	Beaten  string // it held, and this rule came first
	Change  Changes
	place   int
}

// Part is a piece of a condition.
type Part struct {
	From, To int    // in characters; of what a shared name stands for, where the name stands
	Text     string // as it stands there
	Held     bool   // it held where it should not have
	Used     []Used // the values that it found
}

// Otherwise is the smallest change of answers by which an outcome would have come out otherwise, or that there is none.
type Otherwise struct {
	Outcome  string
	Toward   Toward
	Change   Changes  // empty: none was found
	Value    any      // what would have come out; nil: nothing
	Rules    []string // by which rules then
	Searched int      // all forms with up to so many answers changed were tried
	Proved   bool     // nothing is left to try: there is no such form, or none with fewer changes
	Untried  []string // keys of questions of which not every kind of answer was tried
}

// Toward is where a priority would have gone.
type Toward int

// Other outcomes than the priority are just other ones.
const (
	Other  Toward = iota
	Higher        // more urgent
	Lower
)

// Found tells whether there is such a change.
func (o Otherwise) Found() bool { return len(o.Change) > 0 }

// Changes are answers that differ, in the order of the form.
type Changes []Changed

// Changed is one answer that differs. A missing one is nil.
type Changed struct {
	Question Question
	From, To any
	Any      bool // To is an example: any other, or any at all, would do as well
	Then     bool // it follows from the answers before it: the question was not asked, or what was chosen is not offered then
}

// Explain tells why. It decides as Decide does, by filling in the form as Fill does.
func (c *Compiled) Explain(in Asking) Explanation {
	out := Explanation{Decision: c.Decide(in.Facts)}
	e := newExplaining(c, in)
	if out.Fits = e.fits(); !out.Fits {
		return out
	}
	goals := e.goals()
	e.searches = 1 + len(goals)
	out.Near, out.Whole = e.near()
	for _, g := range goals {
		out.Otherwise = append(out.Otherwise, e.smallest(g))
	}
	return out
}

// explaining is one explanation as it is made.
type explaining struct {
	Asking
	set     *Compiled
	base    Answers
	asked   map[string]bool // questions that were
	open    map[string]bool // facts that hang on answers
	decider *Decider
	first   Verdict
	was     *reader

	searches int // still to come, which share what is left of the budget

	questions map[string]int         // of the plan, by what they ask
	programs  map[string]*vm.Program // of atoms that are none of them
}

func newExplaining(c *Compiled, in Asking) *explaining {
	if in.Budget <= 0 {
		in.Budget = DefaultBudget
	}
	e := &explaining{Asking: in, set: c, base: in.Facts.Answers, decider: c.NewDecider(), asked: map[string]bool{}, open: map[string]bool{},
		questions: c.questions(), programs: map[string]*vm.Program{}}
	e.first = clone(e.decider.Decide(&in.Facts))
	e.was = e.reader(&in.Facts)
	return e
}

// share is what the next search may take of the budget.
func (e *explaining) share() int {
	share := e.Budget / max(e.searches, 1)
	e.searches--
	return share
}

func clone(v *Verdict) Verdict {
	out := Verdict{Outcomes: v.Outcomes.clone(), Held: slices.Clone(v.Held), Failed: slices.Clone(v.Failed)}
	for i := range v.By {
		out.By[i] = slices.Clone(v.By[i])
	}
	return out
}

// fits tells whether the form can be filled in as it was, and notes what it asked then.
func (e *explaining) fits() bool {
	if e.Form == nil {
		return false
	}
	filled := e.Form.Fill(asPosted(e.Form, e.base), e.Offers, Submit)
	if !filled.Complete() || !sameAnswers(filled.Answers, e.base) {
		return false
	}
	for _, a := range filled.Asked {
		e.asked[a.Key] = true
	}
	again := e.facts(filled.Answers)
	if !slices.Equal(again.Services, e.Facts.Services) || !slices.Equal(again.Families, e.Facts.Families) {
		return false
	}
	for _, q := range e.Form.Questions {
		if !e.settled(q) && q.Kind != KindFiles {
			e.open["answers."+q.Key] = true
		}
	}
	m := e.Form.Case
	e.open["services"] = m.Service != "" || m.AdditionalServices != ""
	e.open["families"] = e.open["services"]
	return true
}

// settled tells that a question's answer stays as it is: whom the case is for is no matter of changing one's mind.
func (e *explaining) settled(q Question) bool {
	return q.Source == FromAccounts || q.Key == e.Form.Case.Account
}

// facts are those of the case, with other answers.
func (e *explaining) facts(a Answers) Facts {
	f, m := e.Facts, e.Form.Case
	f.Answers, f.Services, f.Families = a, []string{}, []string{}
	f.Services = appendNew(appendNew(f.Services, a.List(m.Service)...), a.List(m.AdditionalServices)...)
	for _, s := range f.Services {
		if family := e.Offers.Families[s]; family != "" {
			f.Families = appendNew(f.Families, family)
		}
	}
	return f
}

// asPosted is what a browser would post for answers. Files are taken to be there: answers don't tell.
func asPosted(form *CompiledForm, a Answers) map[string][]string {
	raw := map[string][]string{}
	for _, q := range form.Questions {
		if raw[q.Key] = Posted(a[q.Key]); q.Kind == KindFiles {
			raw[q.Key] = []string{q.Key}
		}
	}
	return raw
}

func sameAnswers(a, b Answers) bool {
	if len(a) != len(b) {
		return false
	}
	for key, v := range a {
		if other, ok := b[key]; !ok || !sameAnswer(v, other) {
			return false
		}
	}
	return true
}

func sameAnswer(a, b any) bool {
	la, aIsList := a.([]string)
	lb, bIsList := b.([]string)
	if aIsList || bIsList {
		return aIsList && bIsList && slices.Equal(la, lb)
	}
	return a == b
}
