package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Unpublishable says why a rule set cannot be published: it has problems, or examples come out otherwise than expected.
type Unpublishable struct{ rules.Report }

func (u Unpublishable) Error() string {
	red := 0
	for _, r := range u.Results {
		if !r.Passed() {
			red++
		}
	}
	return fmt.Sprintf("%d problems, %d failing examples", len(u.Problems), red)
}

// Overtaken says that somebody else published after a draft was begun. Nothing is lost: the draft can be compared with
// what is live, and brought up to date.
type Overtaken struct{ Base, Live int }

func (o Overtaken) Error() string {
	return fmt.Sprintf("version %d was published meanwhile; the draft was made from version %d", o.Live, o.Base)
}

// Unwrap makes an Overtaken an instance of db.ErrStale.
func (o Overtaken) Unwrap() error { return db.ErrStale }

// Bounds of what is said of rules: of names and notes in characters, of a whole set in bytes.
const (
	longestDraftName = 100
	longestNote      = 2000
	largestRuleSet   = 1 << 20
)

// Publication is a rule set on its way to being live.
type Publication struct {
	Source string
	Note   string // what changed and why: for those who read the list of versions
	Base   int    // the version that it was made from; anything else being live refuses it

	of    *db.Proposal // where a draft is published: who asked, who approved, for when
	draft db.RuleDraft
}

// Publish makes a rule set live: from the commit on every case in every copy is decided by it. It is refused while it
// has problems or a failing example (Unpublishable), if somebody else published first (Overtaken), and where rules need a
// second person, which this way has none (ErrSecondPerson).
func (d *Desk) Publish(ctx context.Context, who policy.Actor, p Publication) (version int, err error) {
	return d.publish(ctx, who, p, 0)
}

// RollBack publishes an earlier version again, as a new one. It undoes harm, and what it brings back was live before: so
// nobody waits for a second person, but where rules need one, the version says that there was none.
func (d *Desk) RollBack(ctx context.Context, who policy.Actor, to int, note string) (version int, err error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return 0, err
	}
	old, err := d.DB.RuleVersion(ctx, to)
	if err != nil {
		return 0, err
	}
	live, err := d.DB.LiveVersion(ctx)
	if err != nil {
		return 0, err
	}
	if live == to {
		return 0, Invalid{"version": {Code: "rules.is-live"}}
	}
	return d.publish(ctx, who, Publication{Source: old.Source, Note: note, Base: live}, to)
}

func (d *Desk) publish(ctx context.Context, who policy.Actor, p Publication, restored int) (version int, err error) {
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		version, err = d.publishIn(ctx, tx, who, p, restored)
		return err
	})
	return version, err
}

func (d *Desk) publishIn(ctx context.Context, tx *db.DB, who policy.Actor, p Publication, restored int) (int, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return 0, err
	}
	p.Note = strings.TrimSpace(p.Note)
	if err := checkNote(p.Note); err != nil {
		return 0, err
	}
	judged, err := tx.Edition(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.publishable(ctx, tx, p); err != nil { // before others are kept waiting: a large set takes seconds
		return 0, err
	}
	if err := tx.Lock(ctx, providerLock); err != nil { // nobody takes away meanwhile what they speak of
		return 0, err
	}
	switch current, err := tx.Edition(ctx); {
	case err != nil:
		return 0, err
	case current != judged:
		if err := d.publishable(ctx, tx, p); err != nil {
			return 0, err
		}
	}
	now, err := d.live(ctx, tx)
	if err != nil {
		return 0, err
	}
	v := db.RuleVersion{Version: p.Base + 1, Source: p.Source, Note: p.Note, PublishedBy: who.Person.ID, PublishedAt: d.Clock(), RestoredFrom: restored}
	if p.of != nil {
		v.PublishedBy, v.ApprovedBy, v.PlannedFor, v.DraftID, v.Draft = p.of.By.ID, p.of.ApprovedBy.ID, p.of.PublishAt, p.draft.ID, p.draft.Name
	}
	second, err := d.SecondPerson(ctx, tx)
	if err != nil {
		return 0, err
	}
	if second && v.ApprovedBy == 0 {
		if restored == 0 {
			return 0, ErrSecondPerson
		}
		v.Alone = true
	}
	err = tx.PublishRules(ctx, &v)
	if errors.Is(err, db.ErrStale) { // somebody else took the same number in the same instant
		return 0, Overtaken{Base: p.Base, Live: v.Version}
	}
	if err == nil {
		err = tx.KeepVersionLexicon(ctx, v.Version, now.Vocabulary.Lexicon())
	}
	if err == nil {
		detail := map[string]any{"version": v.Version}
		if restored != 0 {
			detail["restored"] = restored
		}
		if v.Alone {
			detail["alone"] = true
		}
		if v.ApprovedBy != 0 {
			detail["approved_by"] = v.ApprovedBy
		}
		if v.DraftID != 0 {
			detail["draft"] = v.DraftID
		}
		err = d.audit(ctx, tx, who, db.AuditEntry{Action: db.RulesPublished, Detail: detail})
	}
	if err != nil {
		return 0, err
	}
	d.Log.InfoContext(ctx, "rules published", "version", v.Version, "by", who.Person.ID, "restored_from", restored)
	return v.Version, nil
}

// CheckRules tells what speaks against publishing a rule set: what does not compile against what forms, queues and
// services there are now, and which of its examples come out otherwise.
func (d *Desk) CheckRules(ctx context.Context, who policy.Actor, source string) (rules.Report, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return rules.Report{}, err
	}
	return d.check(ctx, d.DB, source)
}

func (d *Desk) check(ctx context.Context, tx *db.DB, source string) (rules.Report, error) {
	if len(source) > largestRuleSet {
		return rules.Report{}, Invalid{"source": {Code: "rules.too-long", Args: map[string]any{"Max": largestRuleSet}}}
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return rules.Report{Problems: problems}, nil
	}
	now, err := d.live(ctx, tx)
	if err != nil {
		return rules.Report{}, err
	}
	_, report := rules.Check(set, now.Vocabulary, d.lookup(ctx, tx))
	return report, nil
}

func checkNote(note string) error {
	switch {
	case note == "":
		return Invalid{"note": {Code: "rules.note.missing"}}
	case utf8.RuneCountInString(note) > longestNote || !readable(note):
		return Invalid{"note": {Code: "rules.note.long", Args: map[string]any{"Max": longestNote}}}
	}
	return nil
}

// readable tells whether text can be kept: UTF-8 without NUL bytes.
func readable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
