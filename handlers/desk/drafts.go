package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Draft is a draft as it stands: judged by what is published now, and held against what is live.
type Draft struct {
	db.RuleDraft
	Author     db.Named
	Set        rules.RuleSet
	Broken     bool            // its text can't be read as a rule set, and Report says why
	Compiled   *rules.Compiled // nil while it is broken
	Report     rules.Report
	Vocabulary *rules.Vocabulary
	Find       rules.Lookup // what it was judged with, for judging it again as somebody types
	Edition    db.Edition
	Live       int
	LiveSet    *rules.Compiled
	Changes    []rules.Change // of what is live, if this were published
	Meanwhile  []rules.Change // what others published since it was begun
	Base, Now  rules.RuleSet  // what it was begun from, and what is live
	Proposal   *db.Proposal   // nil while nobody wants it published
	Second     bool           // rules need a second person
}

// Overtaken tells whether somebody else published since the draft was begun.
func (d Draft) Overtaken() bool { return d.BaseVersion != d.Live }

// Draft reads a draft and judges it.
func (d *Desk) Draft(ctx context.Context, who policy.Actor, id int64) (Draft, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Draft{}, err
	}
	var out Draft
	var err error
	if out.RuleDraft, err = d.DB.RuleDraft(ctx, id); err != nil {
		return Draft{}, err
	}
	author, err := d.DB.Person(ctx, out.AuthorID)
	if err != nil {
		return Draft{}, err
	}
	out.Author = db.Named{ID: author.ID, First: author.FirstName, Last: author.LastName, Staff: author.Staff}
	now, err := d.live(ctx, d.DB)
	if err != nil {
		return Draft{}, err
	}
	out.Live, out.LiveSet, out.Vocabulary, out.Edition = now.Rules, now.Set, now.Vocabulary, now.Edition
	out.Find = d.Lookup(ctx).Remembering()
	if out.Second, err = d.SecondPerson(ctx, d.DB); err != nil {
		return Draft{}, err
	}
	switch p, err := d.DB.Proposal(ctx, id); {
	case err == nil:
		out.Proposal = &p
	case !errors.Is(err, db.ErrNotFound):
		return Draft{}, err
	}
	if out.Now, err = d.PublishedRules(ctx, who, out.Live); err != nil {
		return Draft{}, err
	}
	out.Base = out.Now
	if out.Overtaken() {
		if out.Base, err = d.PublishedRules(ctx, who, out.BaseVersion); err != nil {
			return Draft{}, err
		}
		out.Meanwhile = rules.Diff(out.Base, out.Now)
	}
	set, problems := rules.Parse(out.Source)
	out.Set, out.Broken, out.Report.Problems = set, len(problems) > 0, problems
	if out.Broken {
		return out, nil
	}
	out.Compiled, out.Report = rules.Check(set, now.Vocabulary, out.Find)
	out.Changes = rules.Diff(out.Now, set)
	return out, nil
}

// DraftSince tells what others made of a draft since somebody read it: the rule set as it was then, and what differs now.
// Both are empty where it can't be told, as the text was or is broken, or that revision is not kept any more.
func (d *Desk) DraftSince(ctx context.Context, draft Draft, revision int) (was rules.RuleSet, changes []rules.Change, err error) {
	source, err := d.DB.RuleDraftAt(ctx, draft.ID, revision)
	if errors.Is(err, db.ErrNotFound) {
		return rules.RuleSet{}, nil, nil
	} else if err != nil {
		return rules.RuleSet{}, nil, err
	}
	was, problems := rules.Parse(source)
	if len(problems) > 0 || draft.Broken {
		return rules.RuleSet{}, nil, nil
	}
	return was, rules.Diff(was, draft.Set), nil
}

// PublishedRules are the rules of a published version; none of version 0, from before there were any.
func (d *Desk) PublishedRules(ctx context.Context, who policy.Actor, version int) (rules.RuleSet, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil || version == 0 {
		return rules.RuleSet{}, err
	}
	v, err := d.DB.RuleVersion(ctx, version)
	if err != nil {
		return rules.RuleSet{}, err
	}
	set, problems := rules.Parse(v.Source)
	if len(problems) > 0 {
		return rules.RuleSet{}, fmt.Errorf("rule version %d: %w", version, problems)
	}
	return set, nil
}

// Origin is what a draft is begun from: a version, another draft as it is saved, or, of neither, what is live.
type Origin struct {
	Version int
	Draft   int64
}

// BeginDraft starts a draft from what is live.
func (d *Desk) BeginDraft(ctx context.Context, who policy.Actor, name string) (db.RuleDraft, error) {
	return d.BeginDraftFrom(ctx, who, name, Origin{})
}

// BeginDraftFrom starts a draft from anything there is. One from an earlier version is meant as a change of what is live,
// into what was; one from another draft as a change of what that is a change of. db.ErrNotFound if there is no such origin.
func (d *Desk) BeginDraftFrom(ctx context.Context, who policy.Actor, name string, from Origin) (db.RuleDraft, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.RuleDraft{}, err
	}
	name, err := draftName(name)
	if err != nil {
		return db.RuleDraft{}, err
	}
	var draft db.RuleDraft
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		draft = db.RuleDraft{Name: name, Revision: 1, AuthorID: who.Person.ID, UpdatedAt: d.Clock()}
		if err := copyFrom(ctx, tx, &draft, from); err != nil {
			return err
		}
		if err := tx.BeginRuleDraft(ctx, &draft); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftBegun, Subject: "draft", SubjectID: draft.ID})
	})
	if db.Violates(err, "rule_drafts_name_key") {
		return db.RuleDraft{}, Invalid{"name": {Code: "rules.draft.name.taken"}}
	}
	return draft, err
}

func copyFrom(ctx context.Context, tx *db.DB, draft *db.RuleDraft, from Origin) error {
	if from.Draft != 0 {
		other, err := tx.RuleDraft(ctx, from.Draft)
		draft.Source, draft.BaseVersion = other.Source, other.BaseVersion
		return err
	}
	live, err := tx.LiveVersion(ctx)
	if err != nil {
		return err
	}
	if from.Version == 0 {
		from.Version = live
	}
	version, err := tx.RuleVersion(ctx, from.Version)
	draft.Source, draft.BaseVersion = version.Source, live
	return err
}

func draftName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", Invalid{"name": {Code: "rules.draft.name.missing"}}
	case utf8.RuneCountInString(name) > longestDraftName || !readable(name):
		return "", Invalid{"name": {Code: "rules.draft.name.long", Args: map[string]any{"Max": longestDraftName}}}
	}
	return name, nil
}

// RenameDraft gives a draft another name, if it is still called as it was; db.ErrStale if it isn't. What is planned stays
// planned.
func (d *Desk) RenameDraft(ctx context.Context, who policy.Actor, id int64, from, to string) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	to, err := draftName(to)
	switch {
	case err != nil || to == from:
		return err
	case !readable(from): // no draft is called so
		return db.ErrStale
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if _, err := tx.RuleDraft(ctx, id); err != nil {
			return err
		}
		if err := tx.RenameRuleDraft(ctx, id, from, to); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftRenamed, Subject: "draft", SubjectID: id})
	})
	if db.Violates(err, "rule_drafts_name_key") {
		return Invalid{"name": {Code: "rules.draft.name.taken"}}
	}
	return err
}

// SaveDraft keeps a draft's text as it is, broken or not: only publishing asks for more. The revision is the one that
// was edited; db.ErrStale if somebody else saved meanwhile.
func (d *Desk) SaveDraft(ctx context.Context, who policy.Actor, id int64, revision int, source string) (db.RuleDraft, error) {
	return d.changeDraft(ctx, who, id, revision, func(draft *db.RuleDraft) error {
		draft.Source = source
		return nil
	})
}

// ErrUnreadable says that a draft's text can't be read as a rule set, so that single rules of it can't be edited: its
// text has to be mended first.
var ErrUnreadable = errors.New("the draft's text is not a rule set")

// EditDraft changes a draft's rule set as data: a rule put in, changed, moved, taken out. What could not be read again
// afterwards, two rules of one name, say, is refused: Unpublishable, with the problems.
func (d *Desk) EditDraft(ctx context.Context, who policy.Actor, id int64, revision int, edit func(*rules.RuleSet) error) (db.RuleDraft, error) {
	return d.changeDraft(ctx, who, id, revision, func(draft *db.RuleDraft) error {
		set, problems := rules.Parse(draft.Source)
		if len(problems) > 0 {
			return fmt.Errorf("%w: %w", ErrUnreadable, problems)
		}
		if err := edit(&set); err != nil {
			return err
		}
		draft.Source = set.Format()
		if _, problems := rules.Parse(draft.Source); len(problems) > 0 {
			return Unpublishable{rules.Report{Problems: problems}}
		}
		return nil
	})
}

func (d *Desk) changeDraft(ctx context.Context, who policy.Actor, id int64, revision int, change func(*db.RuleDraft) error) (db.RuleDraft, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.RuleDraft{}, err
	}
	var draft db.RuleDraft
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		var err error
		if draft, err = tx.RuleDraft(ctx, id); err != nil {
			return err
		}
		if draft.Revision != revision {
			return db.ErrStale
		}
		if err := change(&draft); err != nil {
			return err
		}
		if !readable(draft.Source) || len(draft.Source) > largestRuleSet { // rule by rule, too, it must stay one that can be published
			return Invalid{"source": {Code: "rules.too-long", Args: map[string]any{"Max": largestRuleSet}}}
		}
		draft.AuthorID, draft.UpdatedAt = who.Person.ID, d.Clock()
		return errors.Join(tx.SaveRuleDraft(ctx, &draft),
			d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftChanged, Subject: "draft", SubjectID: id}))
	})
	return draft, err
}

// PublishDraft publishes a draft and removes it, in one transaction.
func (d *Desk) PublishDraft(ctx context.Context, who policy.Actor, id int64, revision int, note string) (version int, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return 0, err // before it is said whether there is such a draft
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		draft, err := tx.RuleDraft(ctx, id)
		if err != nil {
			return err
		}
		if draft.Revision != revision {
			return db.ErrStale
		}
		version, err = d.publishDraftIn(ctx, tx, who, draft, db.Proposal{Note: note, By: who.Person.Named()})
		return err
	})
	return version, err
}

// Unsettled says that a draft and what was published meanwhile can't be joined without somebody's choice.
type Unsettled struct{ rules.Merged }

func (u Unsettled) Error() string { return fmt.Sprintf("%d conflicts", len(u.Conflicts)) }

// Rebase joins a draft with what was published since it was begun: from then on it is a change of what is live. Choices
// settle what both changed, by the keys of the conflicts; Unsettled where one is missing. It is done with the version that
// somebody looked at, and refused, db.ErrStale, if another is live by now, or the draft was saved meanwhile.
func (d *Desk) Rebase(ctx context.Context, who policy.Actor, id int64, revision, live int, choices map[string]rules.Choice) (db.RuleDraft, error) {
	draft, err := d.rebasing(ctx, who, id, revision, live)
	if err != nil {
		return db.RuleDraft{}, err
	}
	now, err := d.PublishedRules(ctx, who, live)
	if err != nil {
		return db.RuleDraft{}, err
	}
	base, err := d.PublishedRules(ctx, who, draft.BaseVersion)
	if err != nil {
		return db.RuleDraft{}, err
	}
	set, problems := rules.Parse(draft.Source)
	if len(problems) > 0 {
		return db.RuleDraft{}, fmt.Errorf("%w: %w", ErrUnreadable, problems)
	}
	merged := rules.Merge(base, set, now, choices)
	if merged.Open() {
		return db.RuleDraft{}, Unsettled{merged}
	}
	source := merged.Set.Format()
	if _, problems := rules.Parse(source); len(problems) > 0 {
		return db.RuleDraft{}, Unpublishable{rules.Report{Problems: problems}}
	}
	return d.changeDraft(ctx, who, id, revision, func(draft *db.RuleDraft) error {
		draft.Source, draft.BaseVersion = source, live
		return nil
	})
}

// UpdateDraft says that a draft is now meant as a change of a version that is live: what others published since it was
// begun has been looked at, and what the draft says counts. Rebase joins the two instead.
func (d *Desk) UpdateDraft(ctx context.Context, who policy.Actor, id int64, revision, live int) (db.RuleDraft, error) {
	if _, err := d.rebasing(ctx, who, id, revision, live); err != nil {
		return db.RuleDraft{}, err
	}
	return d.changeDraft(ctx, who, id, revision, func(draft *db.RuleDraft) error {
		draft.BaseVersion = live
		return nil
	})
}

// rebasing reads a draft that is to follow a version, as somebody saw both. What is published in the next instant is
// noticed when the draft is published.
func (d *Desk) rebasing(ctx context.Context, who policy.Actor, id int64, revision, live int) (db.RuleDraft, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return db.RuleDraft{}, err
	}
	draft, err := d.DB.RuleDraft(ctx, id)
	if err != nil {
		return draft, err
	}
	now, err := d.DB.LiveVersion(ctx)
	switch {
	case err != nil:
		return draft, err
	case draft.Revision != revision:
		return draft, db.ErrStale
	case now != live:
		return draft, Overtaken{Base: live, Live: now}
	}
	return draft, nil
}

// DropDraft removes a draft.
func (d *Desk) DropDraft(ctx context.Context, who policy.Actor, id int64, revision int) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.DropRuleDraft(ctx, id, revision); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftRemoved, Subject: "draft", SubjectID: id})
	})
}

// MoveRule takes the rule at one place of a list to another; both count from 0.
func MoveRule(set *rules.RuleSet, from, to int) {
	if from < 0 || from >= len(set.Rules) || to < 0 || to >= len(set.Rules) {
		return
	}
	rule := set.Rules[from]
	set.Rules = slices.Insert(slices.Delete(set.Rules, from, from+1), to, rule)
}
