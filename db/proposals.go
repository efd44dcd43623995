package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ProposalState is how far a draft is on its way to being published.
type ProposalState string

// The states of a proposal.
const (
	Asked     ProposalState = "asked"    // it waits for a second person
	Scheduled ProposalState = "planned"  // it waits for its time
	Returned  ProposalState = "returned" // the second person sent it back with a word
	Failed    ProposalState = "failed"   // at its time it could not be published
)

// Proposal is a draft's wish to be published.
type Proposal struct {
	DraftID    int64
	Draft      string // its name
	Revision   int    // of the draft that is meant
	Now        int    // the draft's revision by now: if another, the proposal has lapsed
	ChangedBy  Named  // who changed the draft last
	State      ProposalState
	Note       string
	PublishAt  time.Time // zero: at once
	By         Named
	At         time.Time
	ApprovedBy Named
	ApprovedAt time.Time
	Word       string // of who sent it back; of what failed, why: see desk
	WordBy     Named
	WordAt     time.Time
}

// Lapsed tells whether the draft was changed since, so that the proposal counts no more.
func (p Proposal) Lapsed() bool { return p.Revision != p.Now }

// Waits tells whether the proposal waits for somebody's leave, or for its time.
func (p Proposal) Waits() bool { return !p.Lapsed() && (p.State == Asked || p.State == Scheduled) }

const proposalSQL = `
select p.draft_id, d.name, p.revision, d.revision, p.state, p.note, coalesce(p.publish_at, '0001-01-01Z'),
       c.id, c.first_name, c.last_name, b.id, b.first_name, b.last_name, p.asked_at,
       coalesce(a.id, 0), coalesce(a.first_name, ''), coalesce(a.last_name, ''), coalesce(p.approved_at, '0001-01-01Z'),
       p.word, coalesce(w.id, 0), coalesce(w.first_name, ''), coalesce(w.last_name, ''), coalesce(p.word_at, '0001-01-01Z')
  from rule_proposals p
  join rule_drafts d on d.id = p.draft_id
  join people c on c.id = d.author_id
  join people b on b.id = p.asked_by
  left join people a on a.id = p.approved_by
  left join people w on w.id = p.word_by`

func (p *Proposal) fields() []any {
	return []any{&p.DraftID, &p.Draft, &p.Revision, &p.Now, &p.State, &p.Note, &p.PublishAt,
		&p.ChangedBy.ID, &p.ChangedBy.First, &p.ChangedBy.Last, &p.By.ID, &p.By.First, &p.By.Last, &p.At,
		&p.ApprovedBy.ID, &p.ApprovedBy.First, &p.ApprovedBy.Last, &p.ApprovedAt,
		&p.Word, &p.WordBy.ID, &p.WordBy.First, &p.WordBy.Last, &p.WordAt}
}

// Proposals lists the drafts that somebody wants to have published, those that are planned first, by their time.
func (d *DB) Proposals(ctx context.Context) ([]Proposal, error) {
	rows, err := d.fast.Query(ctx, proposalSQL+` order by p.state <> 'planned', p.publish_at, p.asked_at, p.draft_id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	var list []Proposal
	var p Proposal
	if _, err := pgx.ForEachRow(rows, p.fields(), func() error { list = append(list, p); return nil }); err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	return list, nil
}

// Proposal reads that of a draft; ErrNotFound if nobody wants it published. Within a transaction others wait.
func (d *DB) Proposal(ctx context.Context, draft int64) (Proposal, error) {
	sql := proposalSQL + ` where p.draft_id = $1`
	if d.tx != nil {
		sql += ` for update of p`
	}
	var p Proposal
	err := notFound(d.fast.QueryRow(ctx, sql, fixed, draft).Scan(p.fields()...))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Proposal{}, fmt.Errorf("read a proposal: %w", err)
	}
	return p, err
}

// DueProposal gives one that is planned and whose time has come, and keeps others from it until the transaction ends;
// ErrNotFound if there is none, or others are at it.
func (d *DB) DueProposal(ctx context.Context, now time.Time) (Proposal, error) {
	var p Proposal
	err := notFound(d.fast.QueryRow(ctx, proposalSQL+`
		 where p.state = 'planned' and p.revision = d.revision and p.publish_at <= $1
		 order by p.publish_at, p.draft_id limit 1 for update of p skip locked`, fixed, now).Scan(p.fields()...))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Proposal{}, fmt.Errorf("look for a planned publication: %w", err)
	}
	return p, err
}

// SaveProposal keeps what is to become of a draft, in place of what was.
func (d *DB) SaveProposal(ctx context.Context, p Proposal) error {
	_, err := d.fast.Exec(ctx, `
		insert into rule_proposals (draft_id, revision, state, note, publish_at, asked_by, asked_at, approved_by, approved_at, word, word_by, word_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (draft_id) do update set revision = $2, state = $3, note = $4, publish_at = $5, asked_by = $6, asked_at = $7,
		  approved_by = $8, approved_at = $9, word = $10, word_by = $11, word_at = $12`, fixed,
		p.DraftID, p.Revision, p.State, p.Note, moment(p.PublishAt), p.By.ID, p.At, some(p.ApprovedBy.ID), moment(p.ApprovedAt),
		p.Word, some(p.WordBy.ID), moment(p.WordAt))
	if err != nil {
		return fmt.Errorf("keep a proposal: %w", err)
	}
	return nil
}

// DropProposal forgets what was to become of a draft, and tells whether anything was.
func (d *DB) DropProposal(ctx context.Context, draft int64) (bool, error) {
	tag, err := d.fast.Exec(ctx, `delete from rule_proposals where draft_id = $1`, fixed, draft)
	if err != nil {
		return false, fmt.Errorf("drop a proposal: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// RenameRuleDraft gives a draft another name, if it still has the one that is to go; ErrStale if it hasn't. What is to
// become of the draft does not hang on its name. Violates(err, "rule_drafts_name_key") if the new name is taken.
func (d *DB) RenameRuleDraft(ctx context.Context, id int64, from, to string) error {
	tag, err := d.fast.Exec(ctx, `update rule_drafts set name = $3 where id = $1 and name = $2`, fixed, id, from, to)
	if err != nil {
		return fmt.Errorf("rename a draft: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrStale
	}
	return nil
}

// VersionOfDraft is the version that a draft was published as; ErrNotFound if it was not.
func (d *DB) VersionOfDraft(ctx context.Context, draft int64) (int, error) {
	var n int
	err := d.fast.QueryRow(ctx, `select version from rule_versions where draft_id = $1`, fixed, draft).Scan(&n)
	return n, notFound(err)
}
