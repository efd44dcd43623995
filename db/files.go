package db

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// InsertFile keeps an uploaded file that belongs to no event yet.
func (d *DB) InsertFile(ctx context.Context, f *File) error {
	if _, err := d.bun.NewInsert().Model(f).Exec(ctx); err != nil {
		return fmt.Errorf("insert file: %w", err)
	}
	return nil
}

// Uploads lists those of the files that the person uploaded and that belong to no event yet, in the order of the ids.
func (d *DB) Uploads(ctx context.Context, person int64, ids []uuid.UUID) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []File
	err := d.bun.NewSelect().Model(&found).
		Where("person_id = ? and case_id is null and id in ?", person, bun.Tuple(ids)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read uploads: %w", err)
	}
	byID := make(map[uuid.UUID]File, len(found))
	for _, f := range found {
		byID[f.ID] = f
	}
	list := make([]File, 0, len(found))
	for _, id := range ids {
		if f, ok := byID[id]; ok {
			list = append(list, f)
			delete(byID, id)
		}
	}
	return list, nil
}

// CountUploads counts the person's files that belong to no event yet.
func (d *DB) CountUploads(ctx context.Context, person int64) (int64, error) {
	n, err := d.bun.NewSelect().Model((*File)(nil)).Where("person_id = ? and case_id is null", person).Count(ctx)
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
	result, err := d.bun.NewUpdate().Model((*File)(nil)).
		Set("case_id = ?, event_id = ?", of.CaseID, of.ID).
		Where("person_id = ? and case_id is null and id in ?", person, bun.Tuple(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("claim files: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(ids)) {
		return fmt.Errorf("claim files: %w", ErrNotFound)
	}
	return nil
}

// TakeUpload removes a file that the person uploaded and that belongs to no event yet, and gives what it was.
func (d *DB) TakeUpload(ctx context.Context, person int64, id uuid.UUID) (File, error) {
	var f File
	err := d.bun.NewDelete().Model(&f).
		Where("person_id = ? and case_id is null and id = ?", person, id).Returning("*").Scan(ctx)
	if err != nil {
		return File{}, fmt.Errorf("remove upload: %w", notFound(err))
	}
	return f, nil
}

// TakeLeftUploads removes uploads that nobody submitted since before a time, at most limit of them, and gives what they
// were. Copies that do so at once take different ones.
func (d *DB) TakeLeftUploads(ctx context.Context, before time.Time, limit int64) ([]File, error) {
	var list []File
	left := d.bun.NewSelect().Model((*File)(nil)).Column("id").
		Where("case_id is null and created_at < ?", before).Limit(limit).For("update skip locked")
	err := d.bun.NewDelete().Model(&list).Where("id in (?)", left).Returning("*").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("take left uploads: %w", err)
	}
	return list, nil
}
