package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// UploadLife is how long a file waits for the form it was chosen for to be submitted.
const UploadLife = 24 * time.Hour

// uploadsWaiting bounds what one person can leave lying about: ten forms of ten files.
const uploadsWaiting = 100

const maxFileName = 120

// Upload keeps a file that belongs to nothing yet, as its body arrives and without ever holding all of it. If it is too
// large, of a type that is not taken, or its body ends early, nothing is kept. A refusal is Invalid, under "file".
func (d *Desk) Upload(ctx context.Context, who policy.Actor, name string, body io.Reader) (db.File, error) {
	if !who.SignedIn() {
		return db.File{}, db.ErrNotFound
	}
	waiting, err := d.DB.CountUploads(ctx, who.Person.ID)
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
	f := db.File{ID: uuid.New(), PersonID: who.Person.ID, Name: name, MediaType: sniff(name, head), CreatedAt: d.Clock()}
	if f.MediaType == "" {
		return db.File{}, refusedFile("file_type", name)
	}
	f.Key = f.ID.String()
	if f.Size, err = d.store(ctx, f, io.MultiReader(bytes.NewReader(head), body)); err != nil {
		return db.File{}, err
	}
	if err := d.DB.InsertFile(ctx, &f); err != nil {
		d.drop(ctx, f)
		return db.File{}, err
	}
	return f, nil
}

func refusedFile(code, name string) Invalid {
	return Invalid{"file": {Code: code, Args: map[string]any{"Name": name}}}
}

// store writes a file to the blob store. It is there as a whole or not at all: the writer is given up before it is
// closed when something is amiss.
func (d *Desk) store(ctx context.Context, f db.File, body io.Reader) (int64, error) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	w, err := d.Files.NewWriter(ctx, f.Key, &blob.WriterOptions{ContentType: f.MediaType})
	if err != nil {
		return 0, fmt.Errorf("store file: %w", err)
	}
	n, err := io.Copy(w, io.LimitReader(body, d.Limit.FileBytes+1))
	var refused error
	switch {
	case err != nil:
		refused = fmt.Errorf("store file: %w", err)
	case n > d.Limit.FileBytes:
		refused = Invalid{"file": {Code: "file_too_large", Args: map[string]any{"Name": f.Name, "Max": d.Limit.FileBytes}}}
	}
	if refused != nil {
		giveUp()
		_ = w.Close() // of a writer that was given up it can only say so
		return 0, refused
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("store file: %w", err)
	}
	return n, nil
}

// drop deletes a file from the blob store. One that can't be deleted costs room, not truth: it is only logged.
func (d *Desk) drop(ctx context.Context, f db.File) {
	err := d.Files.Delete(context.WithoutCancel(ctx), f.Key)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		d.Log.Warn("a file could not be deleted", "key", f.Key, "error", err)
	}
}

// RemoveUpload throws away a file that one uploaded and that was not submitted yet.
func (d *Desk) RemoveUpload(ctx context.Context, who policy.Actor, id uuid.UUID) error {
	f, err := d.DB.TakeUpload(ctx, who.Person.ID, id)
	if err != nil {
		return err
	}
	d.drop(ctx, f)
	return nil
}

// DiscardUploads throws away files that were uploaded a day ago or more and never submitted; n is how many.
func (d *Desk) DiscardUploads(ctx context.Context) (n int, err error) {
	for {
		left, err := d.DB.TakeLeftUploads(ctx, d.Clock().Add(-UploadLife), 100)
		if err != nil {
			return n, err
		}
		if len(left) == 0 {
			return n, nil
		}
		for _, f := range left {
			d.drop(ctx, f)
		}
		n += len(left)
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

// taken are the types that are taken, as they are sniffed. What browsers would run is not among them.
var taken = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true,
	"application/pdf": true, "audio/wave": true, "audio/mpeg": true, "video/mp4": true,
}

// office are documents that are packed as a zip, by the ending of their name.
var office = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
}

// officeFirst is how the first file inside of such a zip is called, or begins.
var officeFirst = []string{"[Content_Types].xml", "mimetype", "_rels/", "docProps/", "word/", "xl/", "ppt/"}

// sniff tells a file's type by its first bytes; its name only chooses between types that look alike. Empty: not taken.
func sniff(name string, head []byte) string {
	ending := strings.ToLower(path.Ext(name))
	sniffed, _, _ := strings.Cut(http.DetectContentType(head), ";")
	switch {
	case taken[sniffed]:
		return sniffed
	case bytes.HasPrefix(head[min(4, len(head)):], []byte("ftypheic")):
		return "image/heic"
	case sniffed == "text/plain" && ending == ".csv":
		return "text/csv"
	case sniffed == "text/plain", sniffed == "text/xml":
		return "text/plain" // logs, traces, mails; XML too is only ever shown as text
	case sniffed == "application/zip":
		const nameAt = 30 // where the first file's name stands in a zip
		first := head[min(nameAt, len(head)):]
		if slices.ContainsFunc(officeFirst, func(s string) bool { return bytes.HasPrefix(first, []byte(s)) }) {
			return office[ending]
		}
	}
	return ""
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
