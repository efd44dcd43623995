package rules

import (
	"crypto/sha256"
	bigendian "encoding/binary"
	"encoding/json"
	"slices"
	"strings"
)

// Lexicon is what conditions could speak of when a set was compiled, as far as decisions depend on it. A set compiled against
// the lexicon's vocabulary decides as it did against the one that the lexicon was taken of. Colleagues are not in it, as no
// rule stops deciding for want of one, nor are forms.
type Lexicon struct {
	Facts  []LexiconFact `json:"facts"`
	Queues []string      `json:"queues"`
}

// LexiconFact is a Fact without what people read.
type LexiconFact struct {
	Path    string   `json:"path"`
	Type    Type     `json:"type"`
	Choices []string `json:"choices,omitempty"`
	Closed  bool     `json:"closed,omitempty"` // it has no other values than its choices, of which there may be none
}

// Lexicon takes down what decisions depend on.
func (v *Vocabulary) Lexicon() Lexicon {
	l := Lexicon{Queues: append([]string{}, v.world.Queues...)}
	for _, f := range v.facts {
		l.Facts = append(l.Facts, LexiconFact{Path: f.Path, Type: f.Type, Choices: f.Choices, Closed: f.Choices != nil})
	}
	return l
}

// ID is a number of its content: two that are the same have the same.
func (l Lexicon) ID() int64 {
	sum := sha256.Sum256(l.content())
	return int64(bigendian.BigEndian.Uint64(sum[:8]) >> 1) //nolint:gosec // half of it fits
}

func (l Lexicon) content() []byte {
	content, _ := json.Marshal(l) // of text nothing fails
	return content
}

// Vocabulary is that of the lexicon. It has no items, and its facts have no labels.
func (l Lexicon) Vocabulary() *Vocabulary {
	v := &Vocabulary{world: World{Queues: l.Queues}, items: map[string]Item{}, families: map[string]string{}}
	for _, f := range l.Facts {
		if r, ok := f.readable(); ok {
			v.add(r)
		}
	}
	return v
}

// readable is a fact that can be read; none that this program does not know.
func (f LexiconFact) readable() (readable, bool) {
	r := readable{Fact: Fact{Path: f.Path, Type: f.Type, Choices: f.Choices}}
	if f.Closed && r.Choices == nil {
		r.Choices = []string{}
	}
	if key, isAnswer := strings.CutPrefix(f.Path, "answers."); isAnswer {
		r.read = func(f *Facts) any { return f.Answers[key] }
		return r, true
	}
	i := slices.IndexFunc(known, func(k readable) bool { return k.Path == f.Path })
	if i < 0 {
		return r, false
	}
	r.read = known[i].read
	return r, true
}

// Remembering is the vocabulary with what there was when a set was published and is not any more: questions, which have no
// answer now, and choices, which nobody makes. So a rule that is live goes on deciding where a form has changed below it,
// and reads as missing what nobody is asked. A question that is of another kind now is, to such rules, as gone. Where
// nothing is missing it is the vocabulary itself.
func (v *Vocabulary) Remembering(past Lexicon) *Vocabulary {
	out, changed := *v, false
	out.facts = slices.Clone(v.facts)
	for _, f := range past.Facts {
		was, ok := f.readable()
		if !ok {
			continue
		}
		i := slices.IndexFunc(out.facts, func(r readable) bool { return r.Path == f.Path })
		switch {
		case i < 0:
			out.add(was)
		case out.facts[i].Type != was.Type:
			was.has, was.Label = out.facts[i].has, out.facts[i].Label
			out.facts[i] = was
		case out.facts[i].Choices != nil && was.Choices == nil:
			out.facts[i].Choices = nil
		case out.facts[i].Choices != nil && slices.ContainsFunc(was.Choices, func(s string) bool { return !slices.Contains(out.facts[i].Choices, s) }):
			out.facts[i].Choices = appendNew(slices.Clone(out.facts[i].Choices), was.Choices...)
		default:
			continue
		}
		changed = true
	}
	if !changed {
		return v
	}
	return &out
}
