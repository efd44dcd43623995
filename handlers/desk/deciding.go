package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"portico/db"
	"portico/rules"
)

// Deciding is the rule set that decided a case, as it was when it decided: asked again with the case's facts, it gives the
// same decision, with its trace. Its vocabulary has no items: what a form asked is told by the case's version of it. A case of
// before lexicons were kept is given its version as it reads against what is published now.
func (d *Desk) Deciding(ctx context.Context, kase db.Case) (*rules.Compiled, error) {
	by := decider{kase.RuleVersion, kase.Lexicon}
	if by.lexicon == 0 {
		e, err := d.live(ctx, d.DB)
		switch {
		case err != nil:
			return nil, err
		case e.Set != nil && e.Rules == by.version:
			return e.Set, nil
		}
		return d.decided(ctx, by, e.Vocabulary)
	}
	if e := d.book.latest(); e != nil && e.Set != nil && e.Rules == by.version && e.LexiconID == by.lexicon {
		return e.Set, nil
	}
	if set := d.deciders.find(by); set != nil {
		return set, nil
	}
	lexicon, err := d.DB.Lexicon(ctx, by.lexicon)
	if err != nil {
		return nil, err
	}
	set, err := d.decided(ctx, by, lexicon.Vocabulary())
	if err == nil {
		d.deciders.keep(by, set)
	}
	return set, err
}

// decided compiles a set of the past.
func (d *Desk) decided(ctx context.Context, by decider, words *rules.Vocabulary) (*rules.Compiled, error) {
	version, err := d.DB.RuleVersion(ctx, by.version)
	if err != nil {
		return nil, err
	}
	set, problems := rules.Parse(version.Source)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rule version %d: %w", by.version, problems)
	}
	compiled, _ := rules.Compile(set, words) // with the problems that it had then
	return compiled, nil
}

// decider names what decided a case: it never changes.
type decider struct {
	version int
	lexicon int64
}

// keptDeciders is how many sets of the past are kept compiled: a day's cases were decided by few.
const keptDeciders = 16

// deciders are compiled sets of the past, the last used first.
type deciders struct {
	mu   sync.Mutex
	kept []keptDecider
}

type keptDecider struct {
	decider
	set *rules.Compiled
}

func (b *deciders) find(by decider) *rules.Compiled {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.kept, func(k keptDecider) bool { return k.decider == by })
	if i < 0 {
		return nil
	}
	k := b.kept[i]
	copy(b.kept[1:i+1], b.kept[:i])
	b.kept[0] = k
	return k.set
}

func (b *deciders) keep(by decider, set *rules.Compiled) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = slices.Insert(b.kept[:min(len(b.kept), keptDeciders-1)], 0, keptDecider{by, set})
}
