package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/rules"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ReplyDraft is what somebody has begun to write to a case.
type ReplyDraft struct {
	PersonID   int64
	CaseID     Number
	Body       string
	Files      []uuid.UUID // uploads; some may be gone
	Submission uuid.UUID   // of the form that kept it last
	Mark       uuid.UUID   // another each time that it is kept
	SavedAt    time.Time
}

// ReplyDraft finds what somebody has begun to write to a case. What was sent meanwhile is not found.
func (d *DB) ReplyDraft(ctx context.Context, person int64, n Number) (ReplyDraft, error) {
	r := ReplyDraft{PersonID: person, CaseID: n}
	err := d.walled.QueryRow(ctx, `
		select body, files, submission, mark, saved_at from reply_drafts d where person_id = $1 and case_id = $2
		   and not exists (select from events e where e.submission = d.submission)`, fixed, person, n).
		Scan(&r.Body, &r.Files, &r.Submission, &r.Mark, &r.SavedAt)
	if err != nil {
		return ReplyDraft{}, fmt.Errorf("find a draft: %w", notFound(err))
	}
	return r, nil
}

// KeepReplyDraft keeps a draft in place of the one that has its mark, or that its form has kept itself, and gives it another
// mark. ErrStale where there is another draft: kept elsewhere, and not sent. Of a form that was sent nothing is kept.
func (d *DB) KeepReplyDraft(ctx context.Context, r *ReplyDraft) error {
	err := d.walled.QueryRow(ctx, `
		insert into reply_drafts as d (person_id, case_id, body, files, submission, saved_at)
		select $1, $2, $3, $4, $5, $6 where not exists (select from events where submission = $5)
		on conflict (person_id, case_id) do update
		   set body = excluded.body, files = excluded.files, submission = excluded.submission, mark = gen_random_uuid(), saved_at = excluded.saved_at
		 where d.mark = $7 or d.submission = excluded.submission or exists (select from events e where e.submission = d.submission)
		returning mark`, fixed, r.PersonID, r.CaseID, r.Body, r.Files, r.Submission, r.SavedAt, r.Mark).Scan(&r.Mark)
	if err = notFound(err); errors.Is(err, ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return fmt.Errorf("keep a draft: %w", err)
	}
	return nil
}

// DropReplyDraft forgets a draft that has the mark, or that the form of the submission has kept, and gives its files. It is
// fine if there is none.
func (d *DB) DropReplyDraft(ctx context.Context, person int64, n Number, mark, submission uuid.UUID) (files []uuid.UUID, err error) {
	err = d.walled.QueryRow(ctx, `delete from reply_drafts where person_id = $1 and case_id = $2 and (mark = $3 or submission = $4) returning files`,
		fixed, person, n, mark, submission).Scan(&files)
	if err = notFound(err); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("drop a draft: %w", err)
	}
	return files, nil
}

// FormDraft is a form that somebody left half-way.
type FormDraft struct {
	PersonID   int64
	Item       string
	Requester  int64               // whom the case will be for; 0: oneself
	Answers    map[string][]string // as they were posted, by question
	Files      []uuid.UUID
	Submission uuid.UUID
	Mark       uuid.UUID
	SavedAt    time.Time
}

// FormDraft finds a form that somebody left half-way. What was sent meanwhile is not found.
func (d *DB) FormDraft(ctx context.Context, person int64, item string, requester int64) (FormDraft, error) {
	f := FormDraft{PersonID: person, Item: item, Requester: requester}
	err := d.walled.QueryRow(ctx, `
		select answers, files, submission, mark, saved_at from form_drafts d where person_id = $1 and item = $2 and requester_id = $3
		   and not exists (select from cases c where c.submission = d.submission)`, fixed, person, item, requester).
		Scan(&f.Answers, &f.Files, &f.Submission, &f.Mark, &f.SavedAt)
	if err != nil {
		return FormDraft{}, fmt.Errorf("find a draft: %w", notFound(err))
	}
	return f, nil
}

// KeepFormDraft keeps a form as KeepReplyDraft keeps a reply.
func (d *DB) KeepFormDraft(ctx context.Context, f *FormDraft) error {
	err := d.walled.QueryRow(ctx, `
		insert into form_drafts as d (person_id, item, requester_id, answers, files, submission, saved_at)
		select $1, $2, $3, $4, $5, $6, $7 where not exists (select from cases where submission = $6)
		on conflict (person_id, item, requester_id) do update
		   set answers = excluded.answers, files = excluded.files, submission = excluded.submission, mark = gen_random_uuid(), saved_at = excluded.saved_at
		 where d.mark = $8 or d.submission = excluded.submission or exists (select from cases c where c.submission = d.submission)
		returning mark`, fixed, f.PersonID, f.Item, f.Requester, f.Answers, f.Files, f.Submission, f.SavedAt, f.Mark).Scan(&f.Mark)
	if err = notFound(err); errors.Is(err, ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return fmt.Errorf("keep a draft: %w", err)
	}
	return nil
}

// DropFormDraft forgets a form as DropReplyDraft forgets a reply.
func (d *DB) DropFormDraft(ctx context.Context, person int64, item string, requester int64, mark, submission uuid.UUID) (files []uuid.UUID, err error) {
	err = d.walled.QueryRow(ctx, `
		delete from form_drafts where person_id = $1 and item = $2 and requester_id = $3 and (mark = $4 or submission = $5) returning files`,
		fixed, person, item, requester, mark, submission).Scan(&files)
	if err = notFound(err); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("drop a draft: %w", err)
	}
	return files, nil
}

// FormDraftLine is a form that somebody left half-way, as a list shows it.
type FormDraftLine struct {
	FormDraft
	Name rules.Text // the item's
	For  Named      // whom the case will be for; nobody where that is oneself
}

// FormDrafts lists the forms that somebody left half-way, the last first, at most limit of them: for oneself, and for
// contacts at accounts of the scope.
func (d *DB) FormDrafts(ctx context.Context, person int64, of AccountScope, limit int) ([]FormDraftLine, error) {
	q := caseQuery{}
	within := "false"
	if !of.Empty() {
		within = q.accounts(of)
	}
	sql := `select d.item, d.requester_id, d.mark, d.saved_at, i.name, case when p.id is null then '{}' else ` + fmt.Sprintf(named, "p") + ` end
		  from form_drafts d join items i on i.key = d.item
		  left join (people p join accounts a on a.id = p.account_id) on p.id = d.requester_id and ` + within + `
		 where d.person_id = ` + q.arg(person) + ` and (d.requester_id = 0 or p.id is not null)
		   and not exists (select from cases c where c.submission = d.submission)
		 order by d.saved_at desc limit ` + q.arg(limit)
	rows, err := d.walled.Query(ctx, sql, append([]any{fixed}, q.args...)...)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l FormDraftLine, err error) {
		return l, row.Scan(&l.Item, &l.Requester, &l.Mark, &l.SavedAt, &l.Name, &l.For)
	})
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return list, nil
}

// ForgetDrafts forgets drafts of both kinds that were kept last before a time. Their files are left to be swept.
func (d *DB) ForgetDrafts(ctx context.Context, before time.Time) error {
	for _, table := range []string{"reply_drafts", "form_drafts"} {
		if _, err := d.walled.Exec(ctx, "delete from "+table+" where saved_at < $1", fixed, before); err != nil {
			return fmt.Errorf("forget drafts: %w", err)
		}
	}
	return nil
}
