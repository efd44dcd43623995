package desk

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"portico/db"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// previewRaw is how large a file may be that a preview is made of: it is read as a whole.
const previewRaw = 40 * megabyte

// Preview is a small picture of an attachment, to be closed once it is read.
type Preview struct {
	io.ReadCloser
	MediaType string
	Size      int64
}

// Previewed tells whether there is a preview of a file, as far as one knows before it is made.
func Previewed(f db.File) bool {
	return isPicture(f) && f.Size > 0 && f.Size <= previewRaw && f.PreviewWidth != db.NoPreview
}

// sniffed is how much of a picture says which type it is of: stores need not know.
const sniffed = 16

func isPicture(f db.File) bool {
	_, is := pictureFormats[f.MediaType]
	return is
}

func previewKey(f db.File) string { return f.Key + ".preview" }

// Preview opens the preview of a picture that its asker may see, and makes it if nobody has asked for it yet: one picture at a
// time, however many ask. It is made anew of the picture's points, so nothing comes along that was hidden in the file.
// ErrNotFound where there is none. The stream outlives ctx.
func (d *Desk) Preview(ctx, stream context.Context, f db.File) (Preview, error) {
	if !Previewed(f) {
		return Preview{}, db.ErrNotFound
	}
	has, err := d.storedPreview(stream, f)
	if err != nil || has.ReadCloser != nil {
		return has, err
	}
	select {
	case pictureMakers <- struct{}{}:
		defer func() { <-pictureMakers }()
	case <-ctx.Done():
		return Preview{}, ctx.Err()
	}
	if has, err = d.storedPreview(stream, f); err != nil || has.ReadCloser != nil { // somebody was quicker
		return has, err
	}
	return d.makePreview(ctx, f)
}

// storedPreview opens what is there; nothing if there is none yet.
func (d *Desk) storedPreview(stream context.Context, f db.File) (Preview, error) {
	body, err := d.Files.NewReader(stream, previewKey(f), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return Preview{}, nil
	}
	if err != nil {
		return Preview{}, fmt.Errorf("open preview: %w", err)
	}
	read := bufio.NewReader(body)
	begins, err := read.Peek(sniffed)
	if err != nil {
		return Preview{}, errors.Join(fmt.Errorf("open preview: %w", err), body.Close())
	}
	return Preview{ReadCloser: struct {
		io.Reader
		io.Closer
	}{read, body}, MediaType: http.DetectContentType(begins), Size: body.Size()}, nil
}

func (d *Desk) makePreview(ctx context.Context, f db.File) (Preview, error) {
	raw, err := d.Files.ReadAll(ctx, f.Key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		d.Log.ErrorContext(ctx, "an attachment is not in the store", "file", f.ID, "key", f.Key)
		return Preview{}, db.ErrNotFound
	}
	if err != nil {
		return Preview{}, fmt.Errorf("read a picture: %w", err)
	}
	was := f.PreviewWidth
	small, err := shrinkPicture(f.MediaType, raw)
	if err != nil { // it never will be: pages show it as any other file from now on
		f.PreviewWidth, f.PreviewHeight = db.NoPreview, 0
		return Preview{}, errors.Join(db.ErrNotFound, d.DB.MeasureFile(ctx, f))
	}
	if f.PreviewWidth, f.PreviewHeight = small.Width, small.Height; was != small.Width {
		if err := d.DB.MeasureFile(ctx, f); err != nil {
			return Preview{}, err
		}
	}
	if err := d.Files.WriteAll(ctx, previewKey(f), small.Bytes, &blob.WriterOptions{ContentType: small.MediaType}); err != nil {
		d.Log.WarnContext(ctx, "a preview could not be kept", "file", f.ID, "error", err) // the next one who asks has it made again
	}
	return Preview{ReadCloser: io.NopCloser(bytes.NewReader(small.Bytes)), MediaType: small.MediaType, Size: int64(len(small.Bytes))}, nil
}

// discardPreview deletes the preview of a file that goes.
func (d *Desk) discardPreview(ctx context.Context, f db.File) error {
	if !isPicture(f) {
		return nil
	}
	err := d.Files.Delete(ctx, previewKey(f))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}

// beginning keeps how a picture begins, as it passes.
type beginning struct{ bytes.Buffer }

// beginningBytes is enough for what cameras write before how large a picture is.
const beginningBytes = 256 << 10

func (b *beginning) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), beginningBytes-b.Len())])
	return len(p), nil
}
