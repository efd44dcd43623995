package handlers

import (
	"errors"
	"slices"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"
)

// show answers with the form: the page, or what of it follows.
func (f *grantsForm) show() error {
	e, err := f.editor()
	if err != nil {
		return err
	}
	if isPartial(f.c) {
		return f.app.partial(f.c, e)
	}
	them := f.held.Them
	p := &views.GrantsPage{Name: them.Person.Name(), Account: them.Home.Name, Contact: contactPath(them.Person.ID),
		Self: them.Person.ID == f.who.Person.ID, Disabled: !them.Person.DisabledAt.IsZero(), Editor: *e}
	p.Title, p.Here = views.T(f.app.lang(f.c), "grants.of", "Name", p.Name), "contacts"
	return f.app.page(f.c, f.who, p)
}

func (f *grantsForm) editor() (*views.GrantsEditor, error) {
	want := f.want()
	e := &views.GrantsEditor{Post: views.Post{Action: f.path(), CSRF: f.app.csrf(f.c)}, Preview: f.path() + "/preview",
		Seen: grantsText(want), Elsewhere: f.held.Elsewhere, Conflict: f.meanwhile, Confirm: f.confirm, Said: f.said}
	for _, g := range f.was {
		e.Was = append(e.Was, grantText(g))
	}
	for _, role := range db.Roles {
		if !role.Staff() {
			e.Available = append(e.Available, views.RoleChoice{Role: role, Focus: role == f.focus})
		}
	}
	for _, g := range f.held.Fixed {
		line, err := f.line(g)
		if err != nil {
			return nil, err
		}
		e.Fixed = append(e.Fixed, line)
	}
	var err error
	if e.Rows, err = f.viewRows(e); err != nil {
		return nil, err
	}
	if wrong, ok := f.invalid["grants"]; ok {
		e.Errors = append(e.Errors, views.GrantError{Target: "available-head", Text: views.Message{Key: wrong.Code, Args: wrong.Args}})
	}
	e.Effects, err = f.effects(want)
	return e, err
}

// viewRows are the roles that are selected, each with the accounts to choose from.
func (f *grantsForm) viewRows(e *views.GrantsEditor) ([]views.GrantRow, error) {
	ctx := f.c.UserContext()
	listed, many, err := f.app.Desk.GrantAccounts(ctx, f.held.Manages, "")
	if err != nil {
		return nil, err
	}
	chosen, err := f.accounts()
	if err != nil {
		return nil, err
	}
	var rows []views.GrantRow
	for i, r := range f.rows {
		n := r.n
		v := views.GrantRow{N: n, Follow: e.Preview, Role: r.Role, Find: many, Words: r.words, Reach: r.Reach, Arrived: r.fresh,
			Alone: !f.held.Manages.All && len(f.held.Manages.Branches) == 0,
			Focus: r.focus, Wrong: map[string]views.Message{}}
		if has, there := findGrant(f.held.Own, r.Role, r.AccountID); !there || has.Reach != r.Reach {
			v.Fresh = true
		}
		for _, field := range []string{"role", "account", "reach"} {
			wrong, ok := f.invalid[field+"-"+strconv.Itoa(i)]
			if !ok {
				continue
			}
			v.Wrong[field] = views.Message{Key: wrong.Code, Args: wrong.Args}
			target := field + "-" + strconv.Itoa(n)
			if field == "reach" {
				target += "-" + string(db.ThisAccount)
			}
			e.Errors = append(e.Errors, views.GrantError{Target: target, Role: v.Name(), Text: views.Message{Key: wrong.Code, Args: wrong.Args}})
		}
		offered := listed
		if many {
			if offered, err = f.found(&v); err != nil {
				return nil, err
			}
		}
		has := false
		for _, a := range offered {
			has = has || a.ID == r.AccountID
			v.Accounts = append(v.Accounts, views.GrantAccount{ID: a.ID, Name: a.Name, Number: a.ClientNumber, Chosen: a.ID == r.AccountID})
		}
		if at, ok := chosen[r.AccountID]; ok && !has {
			v.Accounts = append([]views.GrantAccount{{ID: at.ID, Name: at.Name, Number: at.ClientNumber, Chosen: true}}, v.Accounts...)
		}
		rows = append(rows, v)
	}
	return rows, nil
}

// found looks for the accounts of one row.
func (f *grantsForm) found(v *views.GrantRow) ([]db.AccountLine, error) {
	if v.Words == "" {
		v.Hint = views.Say("form.find.hint")
		return nil, nil
	}
	list, _, err := f.app.Desk.GrantAccounts(f.c.UserContext(), f.held.Manages, v.Words)
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		v.Hint = views.Say("form.find.none")
	case len(list) > desk.AccountsFound:
		v.Hint, list = views.Say("form.find.more"), list[:desk.AccountsFound]
	default:
		v.Hint = views.Count("form.find.found", len(list))
	}
	return list, nil
}

// accounts are those that are named in the form and that its reader sees, by id.
func (f *grantsForm) accounts() (map[int64]db.Account, error) {
	if f.named != nil {
		return f.named, nil
	}
	ids := []int64{f.held.Them.Home.ID}
	for _, g := range slices.Concat(f.want(), f.was, f.held.Own, f.held.Fixed) {
		ids = append(ids, g.AccountID)
	}
	slices.Sort(ids)
	list, err := f.app.DB.AccountsWithin(f.c.UserContext(), db.AccountScope{Accounts: slices.Compact(ids)})
	if err != nil {
		return nil, err
	}
	f.named = map[int64]db.Account{}
	for _, a := range list {
		if f.held.Manages.Holds(a.Path) {
			f.named[a.ID] = a
		}
	}
	return f.named, nil
}

// line is a grant in words. What a tampered form names is not told.
func (f *grantsForm) line(g db.Grant) (views.GrantLine, error) {
	accounts, err := f.accounts()
	if err != nil {
		return views.GrantLine{}, err
	}
	line := views.GrantLine{Role: views.RoleName(g.Role), Where: views.Say("grants.where.unknown")}
	if at, ok := accounts[g.AccountID]; ok && (g.Reach == db.ThisAccount || g.Reach == db.AndBelow) {
		line.Where = views.GrantWhere(at.Name, g.Reach)
	}
	return line, nil
}

// effects tells what would change.
func (f *grantsForm) effects(want []db.Grant) (*views.GrantEffects, error) {
	ctx := f.c.UserContext()
	changes, err := f.app.Desk.Weigh(ctx, f.held, want)
	if invalid := (desk.Invalid{}); len(changes) == 0 && err != nil && !errors.As(err, &invalid) {
		return nil, err
	}
	if len(changes) == 0 {
		return nil, nil
	}
	p, err := f.app.Desk.PreviewGrants(ctx, f.who, f.held, changes)
	if err != nil {
		return nil, err
	}
	lang, out := f.app.lang(f.c), &views.GrantEffects{}
	for _, effect := range p.Effects {
		line, err := f.line(effect.Grant())
		if err != nil {
			return nil, err
		}
		v := views.GrantEffect{Adds: effect.Adds(), Line: line, Sight: sightWords(lang, effect.Adds(), effect.Sight)}
		switch {
		case effect.Took.Role == "":
			v.Change = views.Say("grants.effect.gave")
		case effect.Gave.Role == "":
			v.Change = views.Say("grants.effect.took")
		default:
			v.Change = views.Say("grants.effect.reach." + string(effect.Gave.Reach))
		}
		for _, may := range effect.Actions {
			if may != policy.See {
				v.Actions = append(v.Actions, views.MayWords(string(may)))
			}
		}
		out.Lines = append(out.Lines, v)
	}
	if len(p.Effects) > 1 {
		out.Total = append(out.Total, views.Say("grants.effects.more", "Sight", amount(lang, p.More)))
		if p.Less != (db.Sight{}) {
			out.Total = append(out.Total, views.Say("grants.effects.less", "Sight", amount(lang, p.Less)))
		}
	}
	return out, nil
}

// sightWords is what somebody sees more, or no more, as a sentence.
func sightWords(lang string, more bool, s db.Sight) views.Message {
	way := map[bool]string{true: "more", false: "less"}[more]
	if s == (db.Sight{}) {
		return views.Say("grants.sight." + way + ".nothing")
	}
	return views.Say("grants.sight."+way, "Sight", amount(lang, s))
}

// amount is how much somebody sees, in words: "38 cases in 2 accounts".
func amount(lang string, s db.Sight) string {
	cases, accounts := capped(lang, "grants.cases", s.Cases), capped(lang, "grants.accounts", s.Accounts)
	if s.Accounts == 0 {
		return cases
	}
	return views.T(lang, "grants.amount", "Cases", cases, "Accounts", accounts)
}

// capped is a count in words, as far as it was counted: "1,000+ cases".
func capped(lang, key string, n int) string {
	if n > desk.SightCap {
		return views.T(lang, key+".capped", "N", views.Number(lang, desk.SightCap))
	}
	return views.Count(key, n, "N", views.Number(lang, n)).In(lang)
}
