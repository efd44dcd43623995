package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/valyala/fastjson"
)

// Differing tells which outcomes differ, a bit for each in the order of OutcomeNames.
type Differing uint8

// In tells whether an outcome is one of them.
func (d Differing) In(outcome string) bool {
	i := slices.Index(OutcomeNames, outcome)
	return i >= 0 && d&(1<<i) != 0
}

// Names are the outcomes that differ.
func (d Differing) Names() (names []string) {
	for i, name := range OutcomeNames {
		if d&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Differ tells in which outcomes two decisions differ.
func Differ(a, b Outcomes) (d Differing) {
	for i, name := range OutcomeNames {
		if !a.Same(name, b) {
			d |= 1 << i
		}
	}
	return d
}

// Pair is what two rule sets decide for the same facts.
type Pair struct {
	Old, New Outcomes
	Differs  Differing
}

// Comparer asks two rule sets about one case after the other, each as its facts are kept in JSON. It is for one goroutine
// at a time.
//
// Many cases are alike in all that any condition speaks of, whatever else is written in them: such are decided once. So it
// reads of each case only what is asked about, and of what it has not met before decides by the very functions that decide
// live cases.
type Comparer struct {
	old, new *Decider // old is nil where only the new set is asked
	reads    []path
	items    map[string]string // the key of the question that names locations, by item

	parser fastjson.Parser
	key    []byte
	known  map[string]*Pair
	words  map[string]string
	sites  []string
}

// path is where a fact stands in kept facts; the part that is asked for first is empty for what stands on top.
type path struct{ part, name string }

// Bounds of what is remembered of other cases, so that the memory of a run does not grow with the cases it reads.
const (
	knownMost = 1 << 15
	wordsMost = 1 << 15
)

// NewComparer compares what two sets decide. Without an old one, which may be nil, Pairs have only what is new.
func NewComparer(old, new *Compiled) *Comparer {
	c := &Comparer{new: new.NewDecider(), items: map[string]string{}, known: map[string]*Pair{}, words: map[string]string{}}
	facts := new.Reads()
	if old != nil {
		c.old = old.NewDecider()
		facts = appendNew(facts, old.Reads()...)
	}
	for _, fact := range facts {
		part, name, dotted := strings.Cut(fact, ".")
		if !dotted {
			part, name = "", fact
		}
		c.reads = append(c.reads, path{part, name})
	}
	for _, i := range new.vocabulary.world.Items {
		if i.Form != nil {
			c.items[i.Key] = i.Form.Case.Locations
		}
	}
	return c
}

// Compared is one case: what both sets decide, and what of its facts it is counted by.
type Compared struct {
	*Pair
	Item      string
	Tier      string
	Locations []string // the comparer's own, until the next case
}

// Compare decides one case by both sets.
func (c *Comparer) Compare(facts []byte) (Compared, error) {
	doc, err := c.parser.ParseBytes(facts)
	if err != nil {
		return Compared{}, fmt.Errorf("facts: %w", err)
	}
	c.signature(doc)
	pair, met := c.known[string(c.key)]
	if !met {
		var f Facts
		if err := json.Unmarshal(facts, &f); err != nil {
			return Compared{}, fmt.Errorf("facts: %w", err)
		}
		pair = c.decide(&f)
		if len(c.known) >= knownMost {
			clear(c.known)
		}
		c.known[string(c.key)] = pair
	}
	out := Compared{Pair: pair, Item: c.word(doc.GetStringBytes("item")), Tier: c.word(doc.GetStringBytes("account", "tier"))}
	if question := c.items[out.Item]; question != "" {
		out.Locations = c.list(doc.Get("answers", question))
	}
	return out, nil
}

func (c *Comparer) decide(f *Facts) *Pair {
	pair := &Pair{}
	if c.old != nil {
		pair.Old = c.old.Decide(f).Outcomes.clone()
	}
	pair.New = c.new.Decide(f).Outcomes.clone()
	if c.old != nil {
		pair.Differs = Differ(pair.Old, pair.New)
	}
	return pair
}

// signature writes down all that conditions can read of a case: facts with the same signature are decided alike. Whether an
// account, a contact and a time are known at all belongs to it, as their facts are missing else.
func (c *Comparer) signature(doc *fastjson.Value) {
	c.key = c.key[:0]
	for _, known := range [...]path{{"account", "client_number"}, {"contact", "language"}, {"now", "weekday"}} {
		if len(doc.GetStringBytes(known.part, known.name)) > 0 {
			c.key = append(c.key, '+')
		} else {
			c.key = append(c.key, '-')
		}
	}
	for _, p := range c.reads {
		v := doc
		if p.part != "" {
			v = doc.Get(p.part)
		}
		if v = v.Get(p.name); v != nil {
			c.key = v.MarshalTo(c.key)
		}
		c.key = append(c.key, 0) // JSON has no such byte in it
	}
}

// word keeps one copy of a text that comes again and again.
func (c *Comparer) word(text []byte) string {
	if word, met := c.words[string(text)]; met {
		return word
	}
	if len(c.words) >= wordsMost {
		clear(c.words)
	}
	word := string(bytes.Clone(text))
	c.words[word] = word
	return word
}

// list is an answer as Answers.List gives it.
func (c *Comparer) list(v *fastjson.Value) []string {
	c.sites = c.sites[:0]
	if v == nil {
		return nil
	}
	if v.Type() == fastjson.TypeString {
		return append(c.sites, c.word(v.GetStringBytes()))
	}
	for _, one := range v.GetArray() {
		c.sites = append(c.sites, c.word(one.GetStringBytes()))
	}
	return c.sites
}
