package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// renaming is another name of something that outcomes call by its name.
type renaming struct {
	from, to string
	rename   func(o *rules.Outcomes) (named bool)
	broken   string // the complaint where the rules that name it can't be published again
}

// queueRenamed has outcomes call a queue by its new name.
func queueRenamed(from, to string) renaming {
	return renaming{from, to, func(o *rules.Outcomes) bool {
		named := o.Queue == from
		if named {
			o.Queue = to
		}
		return named
	}, "setup.queue.rules-broken"}
}

// colleagueRenamed has outcomes call a colleague by their new address.
func colleagueRenamed(from, to string) renaming {
	return renaming{from, to, func(o *rules.Outcomes) bool {
		named := o.Assignee == from
		if named {
			o.Assignee = to
		}
		if i := slices.Index(o.Notify, from); i >= 0 {
			o.Notify, named = slices.Clone(o.Notify), true
			o.Notify[i] = to
		}
		return named
	}, "setup.staff.rules-broken"}
}

// renameInRules has the live rules, and all drafts, call something by its new name; what is in the way of publishing them is
// a complaint about the field. A draft that can't be read is left as it is: its check will say that the name is unknown.
func (d *Desk) renameInRules(ctx context.Context, tx *db.DB, who policy.Actor, field string, r renaming) (published int, err error) {
	base, err := tx.LiveVersion(ctx)
	if err != nil || base == 0 {
		return 0, err
	}
	live, err := tx.RuleVersion(ctx, base)
	if err != nil {
		return 0, err
	}
	if source, named := r.in(live.Source); named {
		note := fmt.Sprintf("%s → %s", r.from, r.to)
		published, err = d.publishIn(ctx, tx, who, Publication{Source: source, Note: note, Base: base}, 0)
		var unpublishable Unpublishable
		if errors.As(err, &unpublishable) {
			return 0, Invalid{field: {Code: r.broken, Args: map[string]any{"Version": base}}}
		}
		if err != nil {
			return 0, err
		}
	}
	drafts, err := tx.RuleDrafts(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range drafts { // a handful
		draft, err := tx.RuleDraft(ctx, l.ID)
		if err != nil {
			return 0, err
		}
		source, named := r.in(draft.Source)
		if !named {
			continue
		}
		draft.Source, draft.AuthorID, draft.UpdatedAt = source, who.Person.ID, d.Clock()
		if published > 0 && draft.BaseVersion == base {
			draft.BaseVersion = published // all that was published since is this name, which it has as well
		}
		if err := tx.SaveRuleDraft(ctx, &draft); err != nil {
			return 0, err
		}
	}
	return published, nil
}

// in is a rule set that calls it by its new name; named tells whether it calls it at all.
func (r renaming) in(source string) (out string, named bool) {
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return source, false
	}
	rename := func(o *rules.Outcomes) { named = r.rename(o) || named }
	set.Rules, set.Examples = slices.Clone(set.Rules), slices.Clone(set.Examples)
	for i := range set.Rules {
		rename(&set.Rules[i].Then)
	}
	for i := range set.Examples {
		rename(&set.Examples[i].Expect)
	}
	rename(&set.Default.Outcomes)
	if !named {
		return source, false
	}
	return set.Format(), true
}

// RulesNaming are the names of the live rules that assign cases to a colleague, or have them told; rules.ByDefault is the
// default.
func (d *Desk) RulesNaming(ctx context.Context, email string) ([]string, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil || e.Set == nil {
		return nil, err
	}
	return e.Set.Naming(email), nil
}
