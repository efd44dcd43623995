package desk

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// longestExampleName is in characters.
const longestExampleName = 200

// Example is the trial as an example of the set: with no more in it than the decision takes. The time stands in it where
// conditions read it, as the example is to say the same tomorrow. Of a past case, account and contact are not named: what
// conditions read of them stands in it instead, and what people wrote in words of their own only where it is read.
func (t Tried) Example(set *rules.Compiled, find rules.Lookup) rules.Example {
	e := rules.Example{Item: t.Item, Answers: maps.Clone(t.Facts.Answers), Assume: maps.Clone(t.Assumed)}
	ofCase := t.Case.ID != 0
	if e.Assume == nil {
		e.Assume = map[string]any{}
	}
	known := t.edition.Vocabulary.Known(t.Facts)
	reads := set.Reads()
	for _, path := range reads {
		if value, there := known[path]; there && (ofCase || strings.HasPrefix(path, "now.")) {
			e.Assume[path] = value
		}
	}
	if !ofCase {
		e.Account, e.Contact = t.Account.ClientNumber, t.Contact.Person.Email
	}
	for key := range t.Gone {
		delete(e.Answers, key)
	}
	whole := maps.Clone(e.Answers)
	for _, q := range t.Form.Questions {
		written := q.Kind == rules.KindText || q.Kind == rules.KindParagraph
		isAccount := q.Key == t.Form.Case.Account && (e.Account != "" || ofCase)
		if (written || isAccount) && !slices.Contains(reads, "answers."+q.Key) {
			delete(e.Answers, q.Key)
		}
	}
	if r := set.Ask(e, find); r.Err == nil && reflect.DeepEqual(r.Decision.Outcomes, set.Decide(t.Facts).Outcomes) {
		return e
	}
	e.Answers = whole
	return e
}

// Expecting are some outcomes of a decision as an example expects them: where nothing adds up, nothing.
func Expecting(d rules.Decision, outcomes []string) rules.Outcomes {
	var out rules.Outcomes
	for _, name := range outcomes {
		if slices.Contains(rules.OutcomeNames, name) {
			if out.Take(name, d.Outcomes); out.Value(name) == nil {
				out.None(name)
			}
		}
	}
	return out
}

// KeepExample puts an example into a draft: behind the others or, where was names one, in its place. Done again with the
// same example, it does nothing a second time.
func (d *Desk) KeepExample(ctx context.Context, who policy.Actor, id int64, revision int, was string, e rules.Example) (place int, err error) {
	e.Name = strings.TrimSpace(CleanText(e.Name))
	switch {
	case e.Name == "":
		return 0, Invalid{"name": {Code: "try.keep.unnamed"}}
	case utf8.RuneCountInString(e.Name) > longestExampleName || strings.ContainsAny(e.Name, "\n\r"):
		return 0, Invalid{"name": {Code: "try.keep.long", Args: map[string]any{"Max": longestExampleName}}}
	}
	if len(e.Assume) == 0 {
		e.Assume = nil
	}
	_, err = d.EditDraft(ctx, who, id, revision, func(set *rules.RuleSet) error {
		named := exampleCalled(*set, e.Name)
		if was == "" {
			if named >= 0 {
				return Invalid{"name": {Code: "try.keep.taken"}}
			}
			set.Examples = append(set.Examples, e)
			place = len(set.Examples)
			return nil
		}
		at := exampleCalled(*set, was)
		switch {
		case at < 0:
			return db.ErrStale
		case named >= 0 && named != at:
			return Invalid{"name": {Code: "try.keep.taken"}}
		}
		e.Comments = set.Examples[at].Comments
		set.Examples[at] = e
		place = at + 1
		return nil
	})
	var invalid Invalid
	if errors.Is(err, db.ErrStale) || errors.As(err, &invalid) {
		if at := d.holdsExample(ctx, id, e); at > 0 {
			return at, nil
		}
	}
	return place, err
}

// holdsExample tells where the draft holds just this example; 0 where it does not.
func (d *Desk) holdsExample(ctx context.Context, id int64, e rules.Example) int {
	draft, err := d.DB.RuleDraft(ctx, id)
	if err != nil {
		return 0
	}
	set, problems := rules.Parse(draft.Source)
	at := exampleCalled(set, e.Name)
	if len(problems) > 0 || at < 0 {
		return 0
	}
	one := func(e rules.Example) string {
		e.Comments = nil
		return rules.RuleSet{Examples: []rules.Example{e}}.Format()
	}
	if one(set.Examples[at]) != one(e) {
		return 0
	}
	return at + 1
}

func exampleCalled(set rules.RuleSet, name string) int {
	return slices.IndexFunc(set.Examples, func(e rules.Example) bool { return e.Name == name })
}

// ChangeExamples changes a draft's examples one by one: each that is named by its place, from 1. What change leaves
// without a name is removed.
func (d *Desk) ChangeExamples(ctx context.Context, who policy.Actor, id int64, revision int, places []int, change func(*rules.Example) error) error {
	_, err := d.EditDraft(ctx, who, id, revision, func(set *rules.RuleSet) error {
		for _, n := range places {
			if n < 1 || n > len(set.Examples) {
				return db.ErrNotFound
			}
			if err := change(&set.Examples[n-1]); err != nil {
				return err
			}
		}
		set.Examples = slices.DeleteFunc(set.Examples, func(e rules.Example) bool { return e.Name == "" })
		return nil
	})
	return err
}
