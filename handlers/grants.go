package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// grants shows what a contact was granted, to who may change it.
func (a *App) grants(c *fiber.Ctx, who policy.Actor) error {
	f, err := a.grantsForm(c, who)
	if err != nil {
		return err
	}
	f.was = f.seen()
	for i, g := range f.held.Own {
		f.rows = append(f.rows, grantRow{Grant: g, n: i + 1})
	}
	return f.show()
}

// previewGrants follows what is chosen, and saves nothing: roles come to the list and go, and what it would mean is told.
func (a *App) previewGrants(c *fiber.Ctx, who policy.Actor) error {
	f, err := a.postedGrants(c, who)
	if err != nil {
		return err
	}
	f.edit()
	return f.show()
}

// saveGrants saves what is chosen, once it was shown what it means.
func (a *App) saveGrants(c *fiber.Ctx, who policy.Actor) error {
	f, err := a.postedGrants(c, who)
	if err != nil {
		return err
	}
	want := f.want()
	if _, err := a.Desk.Weigh(c.UserContext(), f.held, want); err == nil && c.FormValue("seen") != grantsText(want) &&
		grantsText(want) != grantsText(f.held.Own) {
		f.confirm = true
		return f.show()
	}
	_, err = a.Desk.Regrant(c.UserContext(), who, f.held.Them.Person.ID, desk.Regrant{Was: f.was, Want: want})
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale):
		if err := f.merge(who); err != nil {
			return err
		}
		c.Status(fiber.StatusConflict)
		return f.show()
	case errors.Is(err, desk.ErrLastAdministrator):
		invalid = desk.Invalid{"grants": {Code: "grants.last-administrator"}}
	case err != nil && !errors.As(err, &invalid):
		return err
	}
	if invalid != nil {
		f.invalid = invalid
		c.Status(fiber.StatusUnprocessableEntity)
		return f.show()
	}
	return a.done(c, f.path()+"?done=grants-saved")
}

// grantRow is a role that is selected, as a form has it.
type grantRow struct {
	db.Grant
	n     int
	words string
	fresh bool // it came just now
	focus bool
}

// grantsForm is the form of a contact's grants as it stands.
type grantsForm struct {
	app *App
	c   *fiber.Ctx
	who policy.Actor

	held      desk.GrantsHeld
	was       []db.Grant // what was there when the form was shown first
	rows      []grantRow
	invalid   desk.Invalid
	confirm   bool
	said      views.Message
	focus     db.Role // the role whose button gets the focus
	meanwhile []views.GrantMeanwhile
	named     map[int64]db.Account // see accounts
}

// grantsForm reads what is granted to the contact that the address names.
func (a *App) grantsForm(c *fiber.Ctx, who policy.Actor) (*grantsForm, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return nil, db.ErrNotFound
	}
	f := &grantsForm{app: a, c: c, who: who}
	f.held, err = a.Desk.Grants(c.UserContext(), who, id)
	return f, err
}

// postedGrants is the form as it was sent.
func (a *App) postedGrants(c *fiber.Ctx, who policy.Actor) (*grantsForm, error) {
	f, err := a.grantsForm(c, who)
	if err != nil {
		return nil, err
	}
	args := c.Request().PostArgs()
	for _, text := range args.PeekMulti("was") {
		if g, ok := parseGrant(string(text)); ok {
			f.was = append(f.was, g)
		}
	}
	for _, text := range args.PeekMulti("row") {
		n, err := strconv.Atoi(string(text))
		if err != nil || n < 0 || n > 1<<20 || slices.ContainsFunc(f.rows, func(r grantRow) bool { return r.n == n }) {
			continue
		}
		field := func(name string) string { return clean(string(args.Peek(name + "-" + strconv.Itoa(n)))) }
		r := grantRow{n: n, words: field("words")}
		r.Role, r.Reach = db.Role(field("role")), db.Reach(field("reach"))
		r.AccountID, _ = strconv.ParseInt(field("account"), 10, 64) // what is no number is no account
		f.rows = append(f.rows, r)
	}
	return f, nil
}

func (f *grantsForm) path() string {
	return contactPath(f.held.Them.Person.ID) + "/grants"
}

// seen is what is shown of what is granted.
func (f *grantsForm) seen() []db.Grant { return slices.Concat(f.held.Own, f.held.Fixed) }

func (f *grantsForm) want() []db.Grant {
	var want []db.Grant
	for _, r := range f.rows {
		want = append(want, r.Grant)
	}
	return want
}

// edit does what a button asks for: a role comes to the list, or goes.
func (f *grantsForm) edit() {
	if role := db.Role(f.c.FormValue("add")); slices.Contains(db.Roles, role) && !role.Staff() {
		last := 0
		for _, r := range f.rows {
			last = max(last, r.n)
		}
		r := grantRow{n: last + 1, fresh: true, focus: true}
		r.Role, r.Reach = role, db.ThisAccount
		home := f.held.Them.Home
		if _, has := findGrant(f.want(), role, home.ID); !has && f.held.Manages.Covers(home.Path, db.ThisAccount) {
			r.AccountID = home.ID
		}
		f.rows = append(f.rows, r)
		f.said = views.Say("grants.said.added", "Role", views.RoleName(role).In(f.app.lang(f.c)))
	}
	if n, err := strconv.Atoi(f.c.FormValue("remove")); err == nil {
		for i, r := range f.rows {
			if r.n != n {
				continue
			}
			f.rows = slices.Delete(f.rows, i, i+1)
			if len(f.rows) > 0 {
				f.rows[min(i, len(f.rows)-1)].focus = true
			} else {
				f.focus = r.Role
			}
			f.said = views.Say("grants.said.removed", "Role", views.RoleName(r.Role).In(f.app.lang(f.c)))
			break
		}
	}
}

// merge takes into the form what somebody else has changed since it was shown, and tells of it. What was changed in the
// form itself stays.
func (f *grantsForm) merge(who policy.Actor) error {
	held, err := f.app.Desk.Grants(f.c.UserContext(), who, f.held.Them.Person.ID)
	if err != nil {
		return err
	}
	f.held, f.named = held, nil
	now := f.seen()
	tell := func(gave bool, g db.Grant) error {
		line, err := f.line(g)
		if err == nil {
			f.meanwhile = append(f.meanwhile, views.GrantMeanwhile{Gave: gave, Line: line})
		}
		return err
	}
	last := 0
	for _, r := range f.rows {
		last = max(last, r.n)
	}
	for _, g := range now {
		if had, there := findGrant(f.was, g.Role, g.AccountID); there && had.Reach == g.Reach {
			continue
		}
		if err := tell(true, g); err != nil {
			return err
		}
		_, own := findGrant(held.Own, g.Role, g.AccountID)
		i := slices.IndexFunc(f.rows, func(r grantRow) bool { return r.Role == g.Role && r.AccountID == g.AccountID })
		had, there := findGrant(f.was, g.Role, g.AccountID)
		switch {
		case own && i < 0 && !there:
			last++
			f.rows = append(f.rows, grantRow{Grant: g, n: last, fresh: true})
		case own && i >= 0 && there && f.rows[i].Reach == had.Reach: // the reach was theirs to change
			f.rows[i].Reach = g.Reach
		case !own && i >= 0:
			f.rows = slices.Delete(f.rows, i, i+1)
		}
	}
	for _, g := range f.was {
		if _, there := findGrant(now, g.Role, g.AccountID); there {
			continue
		}
		if err := tell(false, g); err != nil {
			return err
		}
		f.rows = slices.DeleteFunc(f.rows, func(r grantRow) bool {
			return r.Role == g.Role && r.AccountID == g.AccountID && r.Reach == g.Reach
		})
	}
	f.was = now
	return nil
}

func findGrant(list []db.Grant, role db.Role, account int64) (db.Grant, bool) {
	i := slices.IndexFunc(list, func(g db.Grant) bool { return g.Role == role && g.AccountID == account })
	if i < 0 {
		return db.Grant{}, false
	}
	return list[i], true
}

// grantText is a grant as a form carries it, and parseGrant reads it.
func grantText(g db.Grant) string {
	return fmt.Sprintf("%s %d %s", g.Role, g.AccountID, g.Reach)
}

func parseGrant(s string) (g db.Grant, ok bool) {
	part := strings.Split(s, " ")
	if len(part) != 3 {
		return g, false
	}
	id, err := strconv.ParseInt(part[1], 10, 64)
	return db.Grant{Role: db.Role(part[0]), AccountID: id, Reach: db.Reach(part[2])}, err == nil
}

// grantsText is a list of grants, the same in whatever order they stand.
func grantsText(list []db.Grant) string {
	var texts []string
	for _, g := range list {
		texts = append(texts, grantText(g))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
