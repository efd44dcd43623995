package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Crop is the square that somebody chose of a picture as it is looked at: its upper left corner and its side, in points of
// the picture. The zero Crop is the largest square in the middle.
type Crop struct{ X, Y, Side int }

// pictureMakers bounds how many pictures are in memory at once: one may take a good part of what pictureRoom allows.
var pictureMakers = make(chan struct{}, 1)

// SetPicture makes an upload of somebody their picture: cut square, small, and without anything that the file said of
// where and when it was taken. The upload goes, and so does the picture before. A refusal is Invalid, under "picture".
func (d *Desk) SetPicture(ctx context.Context, who policy.Actor, upload db.File, crop Crop) error {
	if !who.SignedIn() {
		return db.ErrNotFound
	}
	defer d.dropUpload(ctx, who, upload.ID)
	made, err := d.makePicture(ctx, upload, crop)
	if err != nil {
		return err
	}
	// Whoever is shown somebody is given the address of their picture, and nobody could guess it: its key is by chance.
	p := db.Picture{Key: uuid.NewString(), PersonID: who.Person.ID}
	if err := d.DB.BeginPicture(ctx, p, d.Clock()); err != nil {
		return err
	}
	if _, err := d.store(ctx, db.File{Key: p.Key, Name: upload.Name, MediaType: PictureType}, bytes.NewReader(made)); err != nil {
		d.dropPicture(ctx, p.Key)
		return err
	}
	return d.showPicture(ctx, who, p)
}

func (d *Desk) makePicture(ctx context.Context, upload db.File, crop Crop) ([]byte, error) {
	select {
	case pictureMakers <- struct{}{}:
		defer func() { <-pictureMakers }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	raw, err := d.Files.ReadAll(ctx, upload.Key)
	if err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	made, err := cutPicture(upload.MediaType, raw, crop)
	switch {
	case errors.Is(err, errPictureLarge):
		return nil, Invalid{"picture": {Code: "profile.picture.large"}}
	case err != nil:
		return nil, Invalid{"picture": {Code: "profile.picture.unreadable"}}
	}
	return made, nil
}

// RemovePicture has somebody have no picture; it is fine if they have none.
func (d *Desk) RemovePicture(ctx context.Context, who policy.Actor) error {
	if !who.SignedIn() {
		return db.ErrNotFound
	}
	return d.showPicture(ctx, who, db.Picture{PersonID: who.Person.ID})
}

func (d *Desk) showPicture(ctx context.Context, who policy.Actor, p db.Picture) error {
	var before string
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) (err error) {
		if before, err = tx.ShowPicture(ctx, p, d.Clock()); err != nil || before == p.Key {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.PersonPictured, Subject: "person", SubjectID: p.PersonID,
			AccountID: who.Person.AccountID, Detail: map[string]any{"picture": p.Key != ""}})
	})
	if err != nil {
		return err // should it have been kept all the same, the picture is there; if not, it is swept
	}
	if before != "" {
		d.dropPicture(ctx, before)
	}
	return nil
}

// Picture opens somebody's picture, of this very version; ErrNotFound where they have another by now, or none.
func (d *Desk) Picture(ctx, stream context.Context, person int64, key string) (*blob.Reader, error) {
	has, err := d.DB.PictureOf(ctx, person)
	if err != nil {
		return nil, err
	}
	if has == "" || has != key {
		return nil, db.ErrNotFound
	}
	body, err := d.Files.NewReader(stream, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		d.Log.ErrorContext(ctx, "a picture is not in the store", "person", person, "key", key)
		return nil, db.ErrNotFound
	}
	return body, err
}

// PictureLife is how long a picture that nobody has may be left before it is swept: it may just be on its way.
const PictureLife = time.Hour

// DiscardPictures throws away pictures that nobody has, as a portal left them that was killed; n is how many.
func (d *Desk) DiscardPictures(ctx context.Context) (n int, err error) {
	for {
		left, err := d.DB.LeftPictures(ctx, d.Clock().Add(-PictureLife), leftAtOnce)
		if err != nil {
			return n, err
		}
		var failed error
		for _, key := range left {
			if err := d.discardPicture(ctx, key); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			n++
		}
		if failed != nil || len(left) < leftAtOnce {
			return n, failed
		}
	}
}

func (d *Desk) discardPicture(ctx context.Context, key string) error {
	err := d.Files.Delete(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		err = d.discardParts(ctx, key)
	}
	if err != nil {
		return fmt.Errorf("delete picture %s: %w", key, err)
	}
	return d.DB.ForgetPicture(ctx, key)
}

// dropPicture throws a picture away as well as that goes just now: what is left of it is swept.
func (d *Desk) dropPicture(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	if err := d.discardPicture(ctx, key); err != nil {
		d.Log.WarnContext(ctx, "a picture could not be thrown away", "key", key, "error", err)
	}
}

func (d *Desk) dropUpload(ctx context.Context, who policy.Actor, id uuid.UUID) {
	if err := d.RemoveUpload(context.WithoutCancel(ctx), who, id); err != nil && !errors.Is(err, db.ErrNotFound) {
		d.Log.WarnContext(ctx, "an upload could not be thrown away", "file", id, "error", err)
	}
}
