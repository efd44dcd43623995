package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// VersionLine is a published version of the rule set as the list of versions shows it.
type VersionLine struct {
	Version      int
	Note         string
	By           Named
	PublishedAt  time.Time
	RestoredFrom int // 0 unless a roll-back published it
	ApprovedBy   Named
	PlannedFor   time.Time // zero: it was published at once
	Draft        string    // what the draft was called that it was
	Alone        bool      // it was published without the second person that rules need
	Live         bool
}

// RuleVersions lists the published versions of the rule set, newest first, 50 at a time: those before one of them, or
// the newest.
func (d *DB) RuleVersions(ctx context.Context, before int) (list []VersionLine, older bool, err error) {
	const size = 50
	rows, err := d.fast.Query(ctx, `
		select v.version, v.note, coalesce(p.id, 0), coalesce(p.first_name, ''), coalesce(p.last_name, ''), v.published_at,
		       coalesce(v.restored_from, 0), v.version = (select max(version) from rule_versions),
		       coalesce(a.id, 0), coalesce(a.first_name, ''), coalesce(a.last_name, ''), coalesce(v.planned_for, '0001-01-01Z'), v.draft, v.alone
		  from rule_versions v left join people p on p.id = v.published_by left join people a on a.id = v.approved_by
		 where $1 = 0 or v.version < $1
		 order by v.version desc limit $2`, fixed, before, size+1)
	if err != nil {
		return nil, false, fmt.Errorf("list rule versions: %w", err)
	}
	var v VersionLine
	if _, err := pgx.ForEachRow(rows, []any{&v.Version, &v.Note, &v.By.ID, &v.By.First, &v.By.Last, &v.PublishedAt, &v.RestoredFrom, &v.Live,
		&v.ApprovedBy.ID, &v.ApprovedBy.First, &v.ApprovedBy.Last, &v.PlannedFor, &v.Draft, &v.Alone}, func() error {
		list = append(list, v)
		return nil
	}); err != nil {
		return nil, false, fmt.Errorf("list rule versions: %w", err)
	}
	return list[:min(size, len(list))], len(list) > size, nil
}

// LiveVersion is the number of the live version of the rule set; 0 if none was ever published.
func (d *DB) LiveVersion(ctx context.Context) (int, error) {
	var n int
	if err := d.fast.QueryRow(ctx, `select coalesce(max(version), 0) from rule_versions`, fixed).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the live rule version: %w", err)
	}
	return n, nil
}

// PublishRules adds a version of the rule set, which is live from the commit on, and tells all copies. Its number must be
// the next one; ErrStale if somebody else published that meanwhile.
func (d *DB) PublishRules(ctx context.Context, v *RuleVersion) error {
	return d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		if _, err := tx.bun.NewInsert().Model(v).Exec(ctx); err != nil {
			if Violates(err, "rule_versions_pkey") {
				return ErrStale
			}
			return fmt.Errorf("publish rules: %w", err)
		}
		return tx.Notify(ctx, RulesChanged)
	})
}

// DraftLine is a draft as the list of drafts shows it.
type DraftLine struct {
	ID          int64
	Name        string
	BaseVersion int
	By          Named
	UpdatedAt   time.Time
}

// RuleDrafts lists all drafts, the last changed first.
func (d *DB) RuleDrafts(ctx context.Context) ([]DraftLine, error) {
	rows, err := d.fast.Query(ctx, `
		select d.id, d.name, d.base_version, p.id, p.first_name, p.last_name, d.updated_at
		  from rule_drafts d join people p on p.id = d.author_id
		 order by d.updated_at desc, d.id desc`, fixed)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	var list []DraftLine
	var l DraftLine
	if _, err := pgx.ForEachRow(rows, []any{&l.ID, &l.Name, &l.BaseVersion, &l.By.ID, &l.By.First, &l.By.Last, &l.UpdatedAt}, func() error {
		list = append(list, l)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return list, nil
}

// RuleDraft reads a draft; ErrNotFound if there is none by that id.
func (d *DB) RuleDraft(ctx context.Context, id int64) (RuleDraft, error) {
	var draft RuleDraft
	err := d.bun.NewSelect().Model(&draft).Where("id = ?", id).Scan(ctx)
	return draft, notFound(err)
}

// BeginRuleDraft keeps a new draft; Violates(err, "rule_drafts_name_key") if its name is taken.
func (d *DB) BeginRuleDraft(ctx context.Context, draft *RuleDraft) error {
	if _, err := d.bun.NewInsert().Model(draft).Exec(ctx); err != nil {
		return fmt.Errorf("begin a draft: %w", err)
	}
	return nil
}

// keptRevisions is how many of a draft's earlier revisions are kept: far more than are saved while one page stands open.
const keptRevisions = 100

// SaveRuleDraft keeps what a draft has become, if it still is at the revision it was read at; ErrStale if it isn't. The
// draft gets its new revision, and what it was stays to be compared with.
func (d *DB) SaveRuleDraft(ctx context.Context, draft *RuleDraft) error {
	tag, err := d.fast.Exec(ctx, `
		with past as (
		  insert into rule_draft_revisions
		  select id, revision, source, author_id, updated_at from rule_drafts where id = $1 and revision = $2
		  on conflict do nothing),
		forgotten as (
		  delete from rule_draft_revisions where draft_id = $1 and revision < $2 - $7::int)
		update rule_drafts set source = $3, base_version = $4, author_id = $5, updated_at = $6, revision = revision + 1
		 where id = $1 and revision = $2`,
		draft.ID, draft.Revision, draft.Source, draft.BaseVersion, draft.AuthorID, draft.UpdatedAt, keptRevisions)
	if err != nil {
		return fmt.Errorf("save a draft: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrStale
	}
	draft.Revision++
	return nil
}

// RuleDraftAt is the text that a draft had at an earlier revision; ErrNotFound if that is not kept any more.
func (d *DB) RuleDraftAt(ctx context.Context, id int64, revision int) (string, error) {
	var source string
	err := d.fast.QueryRow(ctx, `select source from rule_draft_revisions where draft_id = $1 and revision = $2`, fixed, id, revision).Scan(&source)
	return source, notFound(err)
}

// DropRuleDraft removes a draft, if it still is at the revision; ErrStale if it isn't or is gone.
func (d *DB) DropRuleDraft(ctx context.Context, id int64, revision int) error {
	tag, err := d.fast.Exec(ctx, `delete from rule_drafts where id = $1 and revision = $2`, id, revision)
	if err != nil {
		return fmt.Errorf("drop a draft: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrStale
	}
	return nil
}
