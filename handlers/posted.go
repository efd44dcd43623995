package handlers

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// fieldsBody is what all fields of a form may weigh together, in bytes, its files apart: enough for a text that is far
// too long to be given back to who pasted it.
const fieldsBody = 8 << 20

// posted is what a form brought.
type posted struct {
	Values  url.Values
	Files   []db.File    // that came with the form itself, kept already
	Refused desk.Invalid // what is wrong with files that were not kept, under "file"
	Typing  bool         // see desk.Ask
}

// posted reads a form, its files included: they go on to where attachments are kept while they arrive. It checks the
// form's token, before any file is taken, so a form carries that first. If the form doesn't arrive as a whole, nothing
// of it is kept. For handlers behind signedInUnread.
func (a *App) posted(c *fiber.Ctx, who policy.Actor) (posted, error) {
	return a.postedOf(c, who, a.Desk.Limits().Kinds)
}

// postedOf is posted for a form that takes other kinds of files than may be attached.
func (a *App) postedOf(c *fiber.Ctx, who policy.Actor, kinds []desk.FileKind) (posted, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		return a.postedFields(c, who)
	}
	set := a.Desk.Limits()
	limit := fieldsBody + int64(set.Files)*set.FileBytes
	if int64(c.Request().Header.ContentLength()) > limit {
		return posted{}, fiber.ErrRequestEntityTooLarge
	}
	r := a.partReader(c, who, limit)
	r.kinds, r.most = kinds, set.Files
	err = r.readAs(c, params["boundary"])
	if err != nil {
		for _, f := range r.form.Files {
			// Whoever sent this is gone already: what can't be thrown away now is so after a day.
			_ = a.Desk.RemoveUpload(context.WithoutCancel(c.UserContext()), who, f.ID)
		}
		return posted{}, err
	}
	return r.form, nil
}

func (a *App) postedFields(c *fiber.Ctx, who policy.Actor) (posted, error) {
	if err := readBody(c, fieldsBody); err != nil {
		return posted{}, err
	}
	allow(c, readWait)
	values := url.Values{}
	c.Request().PostArgs().VisitAll(func(key, value []byte) { values.Add(string(key), string(value)) })
	if !a.tokenHolds(c, values.Get("csrf")) {
		return posted{}, a.stale(c, who, values)
	}
	values.Del("csrf")
	return posted{Values: values}, nil
}

// postedFile reads a form with one file, which is handed on as it arrives and is not kept: of several the last counts. Take
// is called once the form's token is known to hold, with the fields that came before the file. For handlers behind
// signedInUnread.
func (a *App) postedFile(c *fiber.Ctx, who policy.Actor, limit int64, take func(fields url.Values, file io.Reader) error) (posted, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		return a.postedFields(c, who)
	}
	r := a.partReader(c, who, limit+fieldsBody)
	r.take = func(part *multipart.Part) error {
		body := &watched{from: kept{part, r.body}}
		if err := take(r.form.Values, body); body.failed != nil {
			return broken(body.failed)
		} else if err != nil {
			return err
		}
		return nil
	}
	err = r.readAs(c, params["boundary"])
	return r.form, err
}

func (a *App) partReader(c *fiber.Ctx, who policy.Actor, limit int64) *partReader {
	return &partReader{app: a, who: who, body: bodyOf(c, limit), fields: fieldsBody, form: posted{Values: url.Values{}},
		holds:  func(token string) bool { return a.tokenHolds(c, token) },
		theirs: func(token string) bool { return a.madeFor(token, who.Person.ID) }}
}

// partReader reads a form that comes in parts.
type partReader struct {
	app    *App
	who    policy.Actor
	holds  func(token string) bool
	theirs func(token string) bool // it was made for whose form it is
	body   *body
	held   bool // the token was seen, and holds
	stale  bool // the token was seen, and held once: the fields are read to be given back
	files  bool // there were some, which are not kept
	kinds  []desk.FileKind
	most   int   // files
	fields int64 // what the other fields may still weigh
	form   posted
	take   func(*multipart.Part) error // what files go to, instead of being kept
}

// readAs reads the request's body, however long that takes within reason.
func (r *partReader) readAs(c *fiber.Ctx, boundary string) error {
	allow(c, uploadWait)
	defer allow(c, readWait)
	return r.read(c.UserContext(), boundary)
}

func (r *partReader) read(ctx context.Context, boundary string) error {
	from := &between{from: r.body}
	for parts := multipart.NewReader(from, boundary); ; {
		part, err := from.next(parts)
		if err == io.EOF { //nolint:errorlint // the very error: wrapped, it means that the end is missing
			return r.end()
		}
		if err != nil {
			return broken(err)
		}
		switch {
		case part.FileName() == "":
			err = r.field(part)
		case r.stale:
			r.files = true
		case !r.held:
			err = errExpired
		case r.take != nil:
			err = r.take(part)
		default:
			err = r.file(ctx, part)
		}
		if err != nil {
			return err
		}
	}
}

func (r *partReader) end() error {
	if r.stale {
		return unsent{why: errExpired, values: r.form.Values, files: r.files}
	}
	if !r.held {
		return errExpired
	}
	r.form.Values.Del("csrf")
	return nil
}

func (r *partReader) field(part *multipart.Part) error {
	value, err := io.ReadAll(kept{io.LimitReader(part, r.fields+1), r.body})
	if err != nil {
		return broken(err)
	}
	r.fields -= int64(len(value)) + emptyPart
	if r.fields < 0 {
		return fiber.ErrRequestEntityTooLarge
	}
	if err := r.body.keep(emptyPart); err != nil {
		return err
	}
	if part.FormName() == "csrf" && !r.held && !r.stale {
		r.held = r.holds(string(value))
		if r.stale = !r.held && r.theirs(string(value)); !r.held && !r.stale {
			return errExpired
		}
	}
	r.form.Values.Add(part.FormName(), string(value))
	return nil
}

func (r *partReader) file(ctx context.Context, part *multipart.Part) error {
	if len(r.form.Files) >= r.most {
		r.form.Refused = desk.Invalid{"file": {Code: "too_many_files", Args: map[string]any{"Max": r.most}}}
		return nil
	}
	body := &watched{from: part}
	f, err := r.app.Desk.UploadOf(ctx, r.who, r.kinds, part.FileName(), body)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		r.form.Refused = invalid
		return nil
	case err != nil && body.failed != nil:
		return broken(body.failed)
	case err != nil:
		return err
	}
	r.form.Files = append(r.form.Files, f)
	return nil
}

// What a part of a form weighs although it is empty, and how much may stand between two parts: their headers.
const (
	emptyPart = 100
	partHead  = 16 << 10
)

// between bounds what comes between the parts of a form, as that is kept in memory whole.
type between struct {
	from   io.Reader
	inside bool
	last   *multipart.Part
	left   int // in front of the next part
}

func (b *between) next(parts *multipart.Reader) (*multipart.Part, error) {
	if b.last != nil { // what nobody read of it is no header
		if _, err := io.Copy(io.Discard, b.last); err != nil {
			return nil, err
		}
	}
	b.inside, b.left = false, partHead
	part, err := parts.NextRawPart()
	b.inside, b.last = true, part
	return part, err
}

func (b *between) Read(p []byte) (int, error) {
	if b.inside {
		return b.from.Read(p)
	}
	if b.left <= 0 {
		return 0, fiber.ErrRequestEntityTooLarge
	}
	n, err := b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// watched remembers that it could not be read: what then goes wrong further on is the sender's.
type watched struct {
	from   io.Reader
	failed error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if err != nil && err != io.EOF {
		w.failed = err
	}
	return n, err
}

// broken is the answer to a form that is too large or too slow, was cut off, finds no room, or can't be read.
func broken(err error) error {
	var answer *fiber.Error
	if errors.As(err, &answer) {
		return answer
	}
	return fiber.ErrBadRequest
}

// fileIDs are the files that a form names, each once, with those that came with the form itself. What is no id at all
// is left out: no file is called so.
func (p posted) fileIDs() []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, s := range p.Values["files"] {
		if id, err := uuid.Parse(s); err == nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, f := range p.Files {
		ids = append(ids, f.ID)
	}
	return ids
}

// submission is the form's own token. A form without one is a new one each time.
func (p posted) submission() uuid.UUID {
	id, err := uuid.Parse(p.Values.Get("submission"))
	if err != nil || id == uuid.Nil {
		return uuid.New()
	}
	return id
}
