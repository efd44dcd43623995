package db

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A file is known before its bytes are stored, and until after they are deleted, so that none are ever left that nobody
// knows of, whenever a plug is pulled. Until they are there, and from when they are to go, its size is 0, and it can
// neither be read nor become part of an event.

const fileColumns = `id, person_id, coalesce(case_id, 0), coalesce(event_id, 0), name, media_type, size, key, created_at, preview_width, preview_height`

func (f *File) fields() []any {
	return []any{&f.ID, &f.PersonID, &f.CaseID, &f.EventID, &f.Name, &f.MediaType, &f.Size, &f.Key, &f.CreatedAt, &f.PreviewWidth, &f.PreviewHeight}
}

func scanFile(row pgx.CollectableRow) (f File, err error) { return f, row.Scan(f.fields()...) }

// BeginFile notes that a file of this key is about to be stored.
func (d *DB) BeginFile(ctx context.Context, f *File) error {
	_, err := d.walled.Exec(ctx, `
		insert into files (id, person_id, name, media_type, size, key, created_at) values ($1, $2, $3, $4, 0, $5, $6)`,
		fixed, f.ID, f.PersonID, f.Name, f.MediaType, f.Key, f.CreatedAt)
	if err != nil {
		return fmt.Errorf("begin file: %w", err)
	}
	return nil
}

// FinishFile makes a file that was begun an upload, which belongs to no event yet: all its bytes are stored.
func (d *DB) FinishFile(ctx context.Context, f File) error {
	tag, err := d.walled.Exec(ctx, `update files set size = $2, preview_width = $3, preview_height = $4 where id = $1 and case_id is null and size = 0`,
		fixed, f.ID, f.Size, f.PreviewWidth, f.PreviewHeight)
	if err != nil {
		return fmt.Errorf("finish file: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("finish file: %w", ErrNotFound)
	}
	return nil
}

// MeasureFile notes what a file's preview measures.
func (d *DB) MeasureFile(ctx context.Context, f File) error {
	_, err := d.walled.Exec(ctx, `update files set preview_width = $2, preview_height = $3 where id = $1`, fixed, f.ID, f.PreviewWidth, f.PreviewHeight)
	if err != nil {
		return fmt.Errorf("measure file: %w", err)
	}
	return nil
}

// ForgetFile removes a file that was begun or given up, when its bytes are gone.
func (d *DB) ForgetFile(ctx context.Context, id uuid.UUID) error {
	_, err := d.walled.Exec(ctx, `delete from files where id = $1 and case_id is null and size = 0`, fixed, id)
	if err != nil {
		return fmt.Errorf("forget file: %w", err)
	}
	return nil
}

// Uploads lists those of the files that the person uploaded and that belong to no event yet, in the order of the ids.
func (d *DB) Uploads(ctx context.Context, person int64, ids []uuid.UUID) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := d.walled.Query(ctx, `
		select `+fileColumns+` from files where person_id = $1 and case_id is null and size > 0 and id = any ($2::uuid[])
		 order by array_position($2::uuid[], id)`, fixed, person, ids)
	if err != nil {
		return nil, fmt.Errorf("read uploads: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("read uploads: %w", err)
	}
	return list, nil
}

// CountUploads counts the person's files that belong to no event yet, those on their way among them.
func (d *DB) CountUploads(ctx context.Context, person int64) (n int64, err error) {
	err = d.walled.QueryRow(ctx, `select count(*) from files where person_id = $1 and case_id is null`, fixed, person).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count uploads: %w", err)
	}
	return n, nil
}

// ClaimFiles makes the person's uploads part of an event. It is ErrNotFound if one of them isn't there any more.
func (d *DB) ClaimFiles(ctx context.Context, person int64, ids []uuid.UUID, of Event) error {
	if len(ids) == 0 {
		return nil
	}
	tag, err := d.walled.Exec(ctx, `
		update files set case_id = $3, event_id = $4 where person_id = $1 and case_id is null and size > 0 and id = any ($2::uuid[])`,
		fixed, person, ids, of.CaseID, of.ID)
	if err != nil {
		return fmt.Errorf("claim files: %w", err)
	}
	if tag.RowsAffected() != int64(len(ids)) {
		return fmt.Errorf("claim files: %w", ErrNotFound)
	}
	return nil
}

// GiveUpUpload has a file go that the person uploaded and that belongs to no event yet, and gives what it was: its bytes
// are to be deleted, then it is to be forgotten.
func (d *DB) GiveUpUpload(ctx context.Context, person int64, id uuid.UUID) (File, error) {
	var f File
	err := d.walled.QueryRow(ctx, `
		update files set size = 0 where person_id = $1 and case_id is null and size > 0 and id = $2 returning `+fileColumns, fixed, person, id).
		Scan(f.fields()...)
	if err != nil {
		return File{}, fmt.Errorf("give upload up: %w", notFound(err))
	}
	return f, nil
}

// GiveUpLeftUploads does so with those that nobody submitted since before a time and no draft holds, at most limit of
// them, and with what was left halfway before that.
func (d *DB) GiveUpLeftUploads(ctx context.Context, before time.Time, limit int64) ([]File, error) {
	rows, err := d.walled.Query(ctx, `
		update files set size = 0
		 where id in (select id from files f where case_id is null and created_at < $1
		                and not exists (select from reply_drafts d where d.person_id = f.person_id and f.id = any (d.files))
		                and not exists (select from form_drafts d where d.person_id = f.person_id and f.id = any (d.files))
		              limit $2 for update skip locked)
		returning `+fileColumns, fixed, before, limit)
	if err != nil {
		return nil, fmt.Errorf("give left uploads up: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("give left uploads up: %w", err)
	}
	return list, nil
}
