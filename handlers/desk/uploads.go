package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// UploadLife is how long a file waits for the form it was chosen for to be submitted.
const UploadLife = 24 * time.Hour

// uploadsWaiting bounds what one person can leave lying about: ten forms of ten files.
const uploadsWaiting = 100

const maxFileName = 120

// Upload keeps a file that belongs to nothing yet, as its body arrives and without ever holding all of it. If it is too
// large, of a kind that is not taken, or its body ends early, nothing is kept. A refusal is Invalid, under "file".
func (d *Desk) Upload(ctx context.Context, who policy.Actor, name string, body io.Reader) (db.File, error) {
	return d.UploadOf(ctx, who, d.Limits().Kinds, name, body)
}

// UploadOf is Upload for what has to be of some kinds, whichever may be attached.
func (d *Desk) UploadOf(ctx context.Context, who policy.Actor, kinds []FileKind, name string, body io.Reader) (db.File, error) {
	if !who.SignedIn() {
		return db.File{}, db.ErrNotFound
	}
	var waiting int64
	err := noting(ctx, func(ctx context.Context) (err error) {
		waiting, err = d.DB.CountUploads(ctx, who.Person.ID)
		return err
	})
	if err != nil {
		return db.File{}, err
	}
	name = CleanName(name)
	if waiting >= uploadsWaiting {
		return db.File{}, refusedFile("too_many_waiting", name)
	}
	head, err := readHead(body)
	if err != nil {
		return db.File{}, fmt.Errorf("upload: %w", err)
	}
	if len(head) == 0 {
		return db.File{}, refusedFile("empty_file", name)
	}
	f := db.File{ID: uuid.New(), PersonID: who.Person.ID, Name: name, MediaType: sniff(name, head, kinds), CreatedAt: d.Clock()}
	if f.MediaType == "" {
		return db.File{}, Invalid{"file": {Code: "file_type", Args: map[string]any{"Name": name, "Kinds": kinds}}}
	}
	f.Key = f.ID.String()
	if err := noting(ctx, func(ctx context.Context) error { return d.DB.BeginFile(ctx, &f) }); err != nil {
		return db.File{}, err
	}
	var begins beginning
	whole := io.MultiReader(bytes.NewReader(head), body)
	if isPicture(f) {
		whole = io.TeeReader(whole, &begins)
	}
	if f.Size, err = d.store(ctx, f, whole); err != nil {
		d.drop(ctx, f)
		return db.File{}, err
	}
	f.PreviewWidth, f.PreviewHeight = foretell(f.MediaType, begins.Bytes())
	// Should this fail, nobody knows whether it did: the file stays, unknown to who sent it, for a day like any other
	// that is not submitted.
	if err := noting(ctx, func(ctx context.Context) error { return d.DB.FinishFile(ctx, f) }); err != nil {
		return db.File{}, err
	}
	return f, nil
}

// noteTime bounds what is written down about a file while it arrives, which may take minutes itself.
const noteTime = 10 * time.Second

func noting(ctx context.Context, note func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, noteTime)
	defer cancel()
	return note(ctx)
}

func refusedFile(code, name string) Invalid {
	return Invalid{"file": {Code: code, Args: map[string]any{"Name": name}}}
}

// RemoveUpload throws away a file that one uploaded and that was not submitted yet.
func (d *Desk) RemoveUpload(ctx context.Context, who policy.Actor, id uuid.UUID) error {
	var f db.File
	err := noting(ctx, func(ctx context.Context) (err error) {
		f, err = d.DB.GiveUpUpload(ctx, who.Person.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	d.drop(ctx, f)
	return nil
}

// drop throws a file away as well as that goes just now: what is left of it is swept a day after it came.
func (d *Desk) drop(ctx context.Context, f db.File) {
	if err := d.discard(ctx, f); err != nil {
		d.Log.WarnContext(ctx, "a file could not be thrown away", "key", f.Key, "error", err)
	}
}

const leftAtOnce = 100

// DiscardUploads throws away files that were uploaded a day ago or more and never submitted, and what is left of those
// that were cut off; n is how many.
func (d *Desk) DiscardUploads(ctx context.Context) (n int, err error) {
	for {
		left, err := d.DB.GiveUpLeftUploads(ctx, d.Clock().Add(-UploadLife), leftAtOnce)
		if err != nil {
			return n, err
		}
		var failed error
		for _, f := range left {
			if err := d.discard(ctx, f); err != nil {
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

// readHead reads as much of a file as its type shows in.
func readHead(body io.Reader) ([]byte, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(body, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // a short file; one that was cut off says so when it is read again
	}
	return head[:n], err
}

// CleanName makes a file's name fit to be shown and saved: without folders, control characters and direction marks, and
// of a bearable length.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name))
	if n := utf8.RuneCountInString(name); n > maxFileName {
		ending := path.Ext(name)
		if utf8.RuneCountInString(ending) > 12 {
			ending = ""
		}
		name = string([]rune(name)[:maxFileName-utf8.RuneCountInString(ending)]) + ending
	}
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}
