package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/rules"
)

// book keeps what is compiled of what is published. It holds nothing that another copy needs: each asks the database
// which edition is live, and compiles what it doesn't have. A case is decided by the edition that was live last, and
// written only if that still is: the statement that writes it looks. So a publication is obeyed by the next case
// everywhere, and no case is decided by a mixture of two.
type book struct {
	mu       sync.Mutex
	editions []*edition // the last used first
	forms    map[int64]*rules.CompiledForm
}

// keptEditions is more than one, as transactions that began before a publication still decide by what was live then.
const keptEditions = 4

// edition is one version of the rule set, compiled against the world that was published at the same time.
type edition struct {
	db.Edition
	Items      map[string]offeredItem // by key
	World      rules.World
	Vocabulary *rules.Vocabulary
	Set        *rules.Compiled // nil if no rule set was ever published
	Problems   rules.Problems  // what of it no longer holds to what is published now
	LexiconID  int64           // of what Set was compiled against, which is more where forms have lost what its rules speak of
	Queues     []db.Queue      // in their order
	IssueTypes map[string][]rules.Option
	Calendar   db.Calendar
	Targets    []db.ResponseTarget

	lexicon rules.Lexicon
	kept    atomic.Bool // the lexicon, for good
}

// offeredItem is an item with the form that it asks.
type offeredItem struct {
	db.Item
	Version int64 // the form version's id; 0: it has no form yet
	Form    *rules.CompiledForm
}

// live is the edition that counts within the transaction.
func (d *Desk) live(ctx context.Context, tx *db.DB) (*edition, error) {
	now, err := tx.Edition(ctx)
	if err != nil {
		return nil, err
	}
	if e := d.book.find(now); e != nil {
		return e, nil
	}
	e, err := d.compile(ctx, tx, now)
	if err != nil {
		return nil, err
	}
	d.book.keep(e)
	return e, nil
}

// latest is the edition that was live when somebody last looked: good enough for who finds out afterwards.
func (d *Desk) latest(ctx context.Context, tx *db.DB) (*edition, error) {
	if e := d.book.latest(); e != nil {
		return e, nil
	}
	return d.live(ctx, tx)
}

func (d *Desk) compile(ctx context.Context, tx *db.DB, now db.Edition) (*edition, error) {
	published, err := tx.Published(ctx)
	if err != nil {
		return nil, err
	}
	e := &edition{
		Edition: now, Queues: published.Queues, Calendar: published.Calendar, Targets: published.Targets,
		Items: map[string]offeredItem{}, IssueTypes: map[string][]rules.Option{},
	}
	for _, f := range published.Families {
		e.IssueTypes[f.Key] = f.IssueTypes
	}
	for _, i := range published.Items {
		e.Items[i.Key] = offeredItem{Item: i}
	}
	for _, v := range published.Forms {
		item := e.Items[v.Item]
		if item.Form, err = d.book.form(v); err != nil {
			return nil, err
		}
		item.Version = v.ID
		e.Items[v.Item] = item
	}
	e.World = e.world(published)
	var problems rules.Problems
	if e.Vocabulary, problems = rules.NewVocabulary(e.World); len(problems) > 0 {
		// The first kind of such a question counts. Rules that lean on it are passed over, and cases are opened.
		d.Log.Error("published forms contradict each other", "problems", problems)
	}
	if now.Rules == 0 {
		return e, nil
	}
	return e, d.compileRules(ctx, tx, e)
}

// compileRules compiles the live rule set, with what it could speak of when it was published. A rule that has lost more than
// that, its queue say, is passed over; a set without a default leaves open what nothing decides.
func (d *Desk) compileRules(ctx context.Context, tx *db.DB, e *edition) error {
	version, err := tx.RuleVersion(ctx, e.Rules)
	if err != nil {
		return err
	}
	set, problems := rules.Parse(version.Source)
	if len(problems) > 0 {
		return fmt.Errorf("rule version %d: %w", e.Rules, problems)
	}
	past, published, err := tx.VersionLexicon(ctx, e.Rules)
	if err != nil {
		return err
	}
	words := e.Vocabulary.Remembering(past)
	if e.Set, e.Problems = rules.Compile(set, words); words != e.Vocabulary {
		_, e.Problems = rules.Compile(set, e.Vocabulary)
	}
	if len(e.Problems) > 0 {
		d.Log.Error("a published rule no longer holds to what is published", "version", e.Rules, "problems", e.Problems)
	}
	e.lexicon = words.Lexicon()
	e.LexiconID = e.lexicon.ID()
	if tx != d.DB {
		return nil // it may come to nothing
	}
	if err := d.keepLexicon(ctx, tx, e); err != nil || published || slices.ContainsFunc(e.Problems, func(p rules.Problem) bool { return !p.Aside() }) {
		return err
	}
	return tx.KeepVersionLexicon(ctx, e.Rules, e.lexicon) // it was published before that was kept, or by other means
}

// keepLexicon has what the edition's rules were compiled against kept before a case names it.
func (d *Desk) keepLexicon(ctx context.Context, tx *db.DB, e *edition) error {
	if e.kept.Load() {
		return nil
	}
	err := tx.KeepLexicon(ctx, e.lexicon)
	if err == nil && tx == d.DB {
		e.kept.Store(true)
	}
	return err
}

// world is what is published as rules know it.
func (e *edition) world(p db.Published) rules.World {
	w := rules.World{Tiers: p.Tiers}
	for _, i := range p.Items {
		w.Items = append(w.Items, rules.Item{Key: i.Key, Type: i.Type, Form: e.Items[i.Key].Form})
	}
	for _, s := range p.Services {
		w.Services = append(w.Services, rules.Service{Name: s.Value, Family: s.Family})
	}
	for _, f := range p.Families {
		w.Families = append(w.Families, rules.Family{Key: f.Key, IssueTypes: f.IssueTypes})
	}
	for _, s := range p.Staff {
		w.Staff = append(w.Staff, s.Email)
	}
	for _, q := range p.Queues {
		w.Queues = append(w.Queues, q.Name)
	}
	return w
}

// queueNamed finds a queue by the name that rules call it. Where there is none, it is the queue that stands last, which
// is the one for what fits nowhere else, and found is false: a case always waits somewhere.
func (e *edition) queueNamed(name string) (q db.Queue, found bool) {
	for _, q = range e.Queues {
		if q.Name == name {
			return q, true
		}
	}
	return q, false
}

// promise notes by when the case's first answer and its solution are promised, as far as they are; what was answered before
// is due no more. What a rule said counts before the response targets, whatever priority the case has by now: it was
// promised. The zone is the account's, by whose clock business hours are told.
func (e *edition) promise(kase *db.Case, account db.Account) {
	due := func(target db.ResponseTarget, promised bool) time.Time {
		if !promised {
			return time.Time{}
		}
		return target.Due(e.Calendar, kase.CreatedAt, account.Zone())
	}
	outcomes := kase.Decision.Outcomes
	kase.SolveBy = due(db.TargetOf(outcomes.SolveWithin))
	if !kase.AnsweredAt.IsZero() {
		return
	}
	if kase.DueAt = due(db.TargetOf(outcomes.AnswerWithin)); kase.DueAt.IsZero() {
		kase.DueAt = due(db.TargetFor(e.Targets, kase.Priority, account.Tier))
	}
}

// World is what rules can speak of now: what editors, checks and trials judge by.
func (d *Desk) World(ctx context.Context) (rules.World, *rules.Vocabulary, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return rules.World{}, nil, err
	}
	return e.World, e.Vocabulary, nil
}

// Catalog are the items as they are published, with what conditions can speak of.
func (d *Desk) Catalog(ctx context.Context) ([]db.Item, *rules.Vocabulary, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return nil, nil, err
	}
	var items []db.Item
	for _, i := range e.World.Items {
		items = append(items, e.Items[i.Key].Item)
	}
	return items, e.Vocabulary, nil
}

// Live is the rule set that decides now, with its version; nil and 0 if none was ever published.
func (d *Desk) Live(ctx context.Context) (int, *rules.Compiled, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return 0, nil, err
	}
	return e.Rules, e.Set, nil
}

// LiveProblems are what of the live rule set no longer holds to what is published now. Questions and choices that are gone
// read as missing; a rule that has lost its queue is passed over.
func (d *Desk) LiveProblems(ctx context.Context) (rules.Problems, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	return e.Problems, nil
}

// Ready tells whether cases can be decided: the database is reached and a rule set is live and compiled.
func (d *Desk) Ready(ctx context.Context) error {
	e, err := d.live(ctx, d.DB)
	switch {
	case err != nil:
		return err
	case e.Set == nil:
		return errNoRules
	}
	return nil
}

func (b *book) find(now db.Edition) *edition {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, e := range b.editions {
		if e.Edition == now {
			copy(b.editions[1:i+1], b.editions[:i])
			b.editions[0] = e
			return e
		}
	}
	return nil
}

func (b *book) latest() *edition {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.editions) == 0 {
		return nil
	}
	return b.editions[0]
}

func (b *book) keep(e *edition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.editions = append([]*edition{e}, b.editions[:min(len(b.editions), keptEditions-1)]...)
}

func (b *book) known(id int64) *rules.CompiledForm {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.forms[id]
}

// form compiles a version of a form, once: versions never change.
func (b *book) form(v db.FormVersion) (*rules.CompiledForm, error) {
	if form := b.known(v.ID); form != nil {
		return form, nil
	}
	form, problems := v.Form.Compile()
	if len(problems) > 0 {
		return nil, fmt.Errorf("form version %d of %s: %w", v.ID, v.Item, problems)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.forms == nil {
		b.forms = map[int64]*rules.CompiledForm{}
	}
	b.forms[v.ID] = form
	return form, nil
}
