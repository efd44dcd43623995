package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"portico/db"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// store writes a file to the blob store. It is there as a whole or not at all: the writer is given up before it is
// closed when something is amiss. What is there outlasts the machine's power.
func (d *Desk) store(ctx context.Context, f db.File, body io.Reader) (int64, error) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var local *os.File // where the store is a folder
	w, err := d.Files.NewWriter(ctx, f.Key, &blob.WriterOptions{
		ContentType: f.MediaType,
		BeforeWrite: func(as func(any) bool) error { as(&local); return nil },
	})
	if err != nil {
		return 0, fmt.Errorf("store file: %w", err)
	}
	most := d.Limits().FileBytes
	n, err := io.Copy(w, io.LimitReader(body, most+1))
	var refused error
	switch {
	case err != nil:
		refused = fmt.Errorf("store file: %w", err)
	case n > most:
		refused = Invalid{"file": {Code: "file_too_large", Args: map[string]any{"Name": f.Name, "Max": most}}}
	case local != nil:
		if err := local.Sync(); err != nil {
			refused = fmt.Errorf("store file: %w", err)
		}
	}
	if refused != nil {
		giveUp()
		_ = w.Close() // of a writer that was given up it can only say so
		return 0, refused
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("store file: %w", err)
	}
	if local != nil {
		if err := syncFolder(filepath.Dir(local.Name())); err != nil {
			return 0, fmt.Errorf("store file: %w", err)
		}
	}
	return n, nil
}

// syncFolder has a folder keep the names that were just given in it.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// discard deletes what is stored of a file that was begun or given up, and forgets it.
func (d *Desk) discard(ctx context.Context, f db.File) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime) // who asked may have gone
	defer cancel()
	err := d.Files.Delete(ctx, f.Key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		err = d.discardParts(ctx, f.Key) // then it may have been cut off while it was written
	}
	if err == nil {
		err = d.discardPreview(ctx, f)
	}
	if err != nil {
		return fmt.Errorf("delete file %s: %w", f.Key, err)
	}
	return d.DB.ForgetFile(ctx, f.ID)
}

// discardParts deletes what a portal that was killed left of a file: folders keep that beside it, under a longer name.
func (d *Desk) discardParts(ctx context.Context, key string) error {
	list := d.Files.List(&blob.ListOptions{Prefix: key + "."})
	for {
		part, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = d.Files.Delete(ctx, part.Key)
		}
		if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return err
		}
	}
}
