package db

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// A file is known before its bytes are stored, and until after they are deleted, so that none are ever left that nobody
// knows of, whenever a plug is pulled. Until they are there, and from when they are to go, its size is 0, and it can
// neither be read nor become part of an event.

// BeginFile notes that a file of this key is about to be stored.
func (d *DB) BeginFile(ctx context.Context, f *File) error {
	begun := *f
	begun.Size = 0
	if _, err := d.bun.NewInsert().Model(&begun).Exec(ctx); err != nil {
		return fmt.Errorf("begin file: %w", err)
	}
	return nil
}

// FinishFile makes a file that was begun an upload, which belongs to no event yet: all its bytes are stored.
func (d *DB) FinishFile(ctx context.Context, f File) error {
	result, err := d.bun.NewUpdate().Model(&f).Column("size").WherePK().Where("case_id is null and size = 0").Exec(ctx)
	if err != nil {
		return fmt.Errorf("finish file: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("finish file: %w", ErrNotFound)
	}
	return nil
}

// ForgetFile removes a file that was begun or given up, when its bytes are gone.
func (d *DB) ForgetFile(ctx context.Context, id uuid.UUID) error {
	_, err := d.bun.NewDelete().Model((*File)(nil)).Where("id = ? and case_id is null and size = 0", id).Exec(ctx)
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
	var found []File
	err := d.bun.NewSelect().Model(&found).
		Where("person_id = ? and case_id is null and size > 0 and id in ?", person, bun.Tuple(ids)).Scan(ctx)
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

// CountUploads counts the person's files that belong to no event yet, those on their way among them.
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
		Where("person_id = ? and case_id is null and size > 0 and id in ?", person, bun.Tuple(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("claim files: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(ids)) {
		return fmt.Errorf("claim files: %w", ErrNotFound)
	}
	return nil
}

// GiveUpUpload has a file go that the person uploaded and that belongs to no event yet, and gives what it was: its bytes
// are to be deleted, then it is to be forgotten.
func (d *DB) GiveUpUpload(ctx context.Context, person int64, id uuid.UUID) (File, error) {
	var f File
	err := d.bun.NewUpdate().Model(&f).Set("size = 0").
		Where("person_id = ? and case_id is null and size > 0 and id = ?", person, id).Returning("*").Scan(ctx)
	if err != nil {
		return File{}, fmt.Errorf("give upload up: %w", notFound(err))
	}
	return f, nil
}

// GiveUpLeftUploads does so with those that nobody submitted since before a time, at most limit of them, and with what
// was left halfway before that.
func (d *DB) GiveUpLeftUploads(ctx context.Context, before time.Time, limit int64) ([]File, error) {
	var list []File
	left := d.bun.NewSelect().Model((*File)(nil)).Column("id").
		Where("case_id is null and created_at < ?", before).Limit(limit).For("update skip locked")
	err := d.bun.NewUpdate().Model(&list).Set("size = 0").Where("id in (?)", left).Returning("*").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("give left uploads up: %w", err)
	}
	return list, nil
}
