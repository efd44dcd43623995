package handlers

import (
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

const importPath = "/contacts/import"

// importPage is where a file of contacts is chosen.
func (a *App) importPage(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.MayImport(who); err != nil {
		return err
	}
	p := a.importForm(c, uuid.New(), false)
	last, err := a.DB.LastImport(c.UserContext(), who.Person.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err == nil {
		p.Last, p.LastAt = importPath+"/"+strconv.FormatInt(last.ID, 10), last.At.In(a.zone(who))
		p.LastText = views.Count("import.last."+string(last.State), last.Wanted(), "Figure", views.Number(a.lang(c), last.Wanted()))
	}
	return a.page(c, who, p)
}

func (a *App) importForm(c *fiber.Ctx, submission uuid.UUID, western bool) *views.ImportPage {
	p := &views.ImportPage{Post: a.post(c, importPath), Submission: submission.String(), Western: western, Empty: importPath + "/template.csv",
		Rows: importRows, Size: importBytes}
	for _, column := range desk.ContactColumns {
		p.Columns = append(p.Columns, views.ImportColumn{Name: column, Required: slices.Contains(desk.RequiredColumns, column)})
	}
	p.Title, p.Here = views.T(a.lang(c), "contacts.import"), "contacts"
	return p
}

// createImport takes a file of contacts in, and tells what would come of it.
func (a *App) createImport(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.MayImport(who); err != nil {
		return err
	}
	var file *desk.ContactFile
	western := false
	in, err := a.postedFile(c, who, importBytes, func(fields url.Values, body io.Reader) error {
		western = fields.Get("western") == "yes"
		read, err := readContacts(body, western)
		file = &read
		return err
	})
	if errors.Is(err, fiber.ErrRequestEntityTooLarge) {
		err = badFile("import.file.large", "Size", importBytes)
	}
	if err == nil && file == nil {
		err = badFile("import.file.none")
	}
	var id int64
	if err == nil {
		id, err = a.Desk.TryImport(c.UserContext(), who, in.submission(), *file)
	}
	var invalid desk.Invalid
	if errors.As(err, &invalid) {
		p := a.importForm(c, uuid.New(), western || invalid["file"].Code == "import.file.encoding")
		p.Problem = importComplaint(a.lang(c), invalid["file"].Code, invalid["file"].Args)
		return a.refuse(c, who, p, p)
	}
	if err != nil {
		return err
	}
	return a.done(c, importPath+"/"+strconv.FormatInt(id, 10))
}

// importComplaint puts what is wrong with a file, or with a row of it, into words.
func importComplaint(lang, code string, args map[string]any) views.Message {
	m := views.Message{Key: code, Args: map[string]any{}}
	for name, value := range args {
		switch number, isFloat := value.(float64); { // as what was kept comes back
		case isFloat:
			value = int(number)
		case name == "Size":
			value = views.Bytes(lang, int64(value.(int)))
		}
		if n, ok := value.(int); ok && name != "Row" {
			value = views.Number(lang, n)
		}
		m.Args[name] = value
	}
	return m
}

// showImport tells what would come of a file, how far its import is, or what came of it.
func (a *App) showImport(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	i, err := a.Desk.Import(c.UserContext(), who, id)
	if err != nil {
		return err
	}
	p := &views.ImportedPage{Import: a.imported(c, i)}
	p.Title, p.Here = views.T(a.lang(c), "contacts.import"), "contacts"
	if isPartial(c) {
		return a.partial(c, &p.Import)
	}
	if i.State == db.ImportAsked {
		p.Refresh = 2 // where there are no scripts
	}
	return a.page(c, who, p)
}

func (a *App) imported(c *fiber.Ctx, i db.Import) views.Imported {
	lang, path := a.lang(c), importPath+"/"+strconv.FormatInt(i.ID, 10)
	v := views.Imported{Post: a.post(c, path), State: string(i.State), Tried: i.Tried, Again: path, Report: path + "/rows.csv", Other: importPath,
		Created: i.Created, Changed: i.Changed, Same: i.Same, Refused: i.Refused, Wanted: i.Wanted(), Worked: i.Worked, Invited: i.Invite}
	if i.Note != "" {
		v.Note = views.Say("import.note." + string(i.Note))
	}
	v.More = i.Wanted() + i.Same + i.Refused - len(i.Shown)
	for _, o := range i.Shown {
		line := views.ImportLine{Row: o.Row, Verdict: string(o.Verdict), Name: o.Name, Email: o.Email}
		if o.PersonID != 0 {
			line.Href = "/contacts/" + strconv.FormatInt(o.PersonID, 10)
		}
		for _, p := range o.Problems {
			line.Problems = append(line.Problems, views.ImportProblem{Column: p.Column, Value: p.Value, Words: importComplaint(lang, p.Code, p.Args)})
		}
		for _, change := range o.Changes {
			line.Changes = append(line.Changes, views.ImportChange(change))
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

// doImport has an import done, as it was seen.
func (a *App) doImport(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	tried, err := strconv.Atoi(c.FormValue("tried"))
	if err != nil {
		tried = 0 // what nobody saw is not done
	}
	if err := a.Desk.AskImport(c.UserContext(), who, id, tried, c.FormValue("invite") == "yes"); err != nil {
		return err
	}
	return a.done(c, importPath+"/"+strconv.FormatInt(id, 10))
}

// importReport gives what comes of each row as a file.
func (a *App) importReport(c *fiber.Ctx, who policy.Actor) error {
	id, err := contactID(c)
	if err != nil {
		return err
	}
	outcomes, err := a.Desk.ImportOutcomes(c.UserContext(), who, id)
	if err != nil {
		return err
	}
	lang := a.lang(c)
	head := []string{"row", "outcome", "email", "column", "value", "old", "new", "text"}
	return a.export(c, "import.csv", head, func(_ context.Context, write func(...string) error) error {
		for _, o := range outcomes {
			line := func(column, value, before, after, text string) error {
				return write(strconv.Itoa(o.Row), string(o.Verdict), o.Email, column, value, before, after, text)
			}
			var err error
			for _, p := range o.Problems {
				err = errors.Join(err, line(p.Column, p.Value, "", "", importComplaint(lang, p.Code, p.Args).In(lang)))
			}
			for _, change := range o.Changes {
				err = errors.Join(err, line(change.Column, "", change.Old, change.New, ""))
			}
			if len(o.Problems)+len(o.Changes) == 0 {
				err = line("", "", "", "", "")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// importTemplate is an empty file of contacts, with a row to go by.
func (a *App) importTemplate(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Desk.MayImport(who); err != nil {
		return err
	}
	account := who.Home.ClientNumber
	if account == "" {
		account = "100200"
	}
	example := []string{"Robin", "Gallant", "robin.gallant@example.com", "+1 506 555 0100", a.lang(c), "", account, "", "yes", "yes", "no",
		desk.RoleInFile(db.Customer, account, db.ThisAccount)}
	return a.export(c, "contacts-template.csv", desk.ContactColumns, func(_ context.Context, write func(...string) error) error {
		return write(example...)
	})
}
