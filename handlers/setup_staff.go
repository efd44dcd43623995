package handlers

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupStaff lists the provider's people.
func (a *App) setupStaff(c *fiber.Ctx, who policy.Actor) error {
	list, err := a.DB.StaffList(c.UserContext())
	if err != nil {
		return err
	}
	p := &views.SetupList{Title: views.Say("setup.staff.title"), Lead: views.Say("setup.staff.lead")}
	p.Tabs = setupFrame(&p.Shell, "staff", views.T(a.lang(c), "setup.staff.title"))
	g := views.SetupGroup{ID: "staff", AddHref: "/setup/staff/new", AddLabel: views.Say("setup.staff.add")}
	for _, s := range list {
		g.Rows = append(g.Rows, a.staffRow(s, who))
	}
	p.Groups = []views.SetupGroup{g}
	return a.page(c, who, p)
}

func (a *App) staffRow(s db.StaffLine, who policy.Actor) views.SetupRow {
	face := avatarOf(db.Named{ID: s.ID, First: s.First, Last: s.Last, Staff: true, Picture: s.Picture})
	row := views.SetupRow{ID: "staff-" + strconv.FormatInt(s.ID, 10), Href: "/setup/staff/" + strconv.FormatInt(s.ID, 10),
		Name: strings.TrimSpace(s.First + " " + s.Last), Line: s.Email, Avatar: &face, Off: s.Disabled}
	if s.Administrator {
		row.Facts = append(row.Facts, views.Say("setup.staff.is.administrator"))
	}
	if len(s.Lead) > 0 {
		row.Facts = append(row.Facts, views.Say("setup.staff.is.lead", "Queues", strings.Join(s.Lead, ", ")))
	}
	if len(s.Agent) > 0 {
		row.Facts = append(row.Facts, views.Say("setup.staff.is.agent", "Queues", strings.Join(s.Agent, ", ")))
	}
	tag := func(is bool, key string) {
		if is {
			row.Tags = append(row.Tags, views.Say("setup.staff.is."+key))
		}
	}
	tag(s.ID == who.Person.ID, "you")
	tag(s.Disabled, "disabled")
	tag(s.Invited && !s.Disabled, "invited")
	tag(!s.Disabled && s.LockedUntil.After(a.Clock()), "locked")
	return row
}

// staffSheet asks for one of the provider's people.
func (a *App) staffSheet(c *fiber.Ctx, id int64) (sheet[desk.StaffContent], error) {
	queues, err := a.DB.Queues(c.UserContext())
	if err != nil {
		return sheet[desk.StaffContent]{}, err
	}
	lang := a.lang(c)
	s := sheet[desk.StaffContent]{id: "staff-form", action: "/setup/staff/" + strconv.FormatInt(id, 10), submit: views.Say("setup.save")}
	if id == 0 {
		s.action, s.submit = "/setup/staff", views.Say("setup.staff.invite-and-add")
	}
	s.fields = func(in desk.StaffContent) []views.SetupField {
		language := choiceField(views.SetupSelect, "language", "setup.staff.language")
		for _, l := range views.Languages {
			language.Choices = append(language.Choices, views.SetupChoice{Value: l, Label: views.T(lang, "setup.staff.language."+l), Chosen: l == in.Language})
		}
		administrator := choiceField(views.SetupTicks, "administrator", "setup.staff.administrator", views.SetupChoice{Value: "yes",
			Label: views.T(lang, "setup.staff.administrator.choice"), Detail: views.T(lang, "setup.staff.administrator.detail"), Chosen: in.Administrator})
		return []views.SetupField{
			lineField("first", "setup.staff.first", in.First, "text"), lineField("last", "setup.staff.last", in.Last, "text"),
			lineField("email", "setup.staff.email", in.Email, "email"), language,
			queueTicks("agent", "setup.staff.agent", queues, in.Agent), queueTicks("lead", "setup.staff.lead-of", queues, in.Lead), administrator,
		}
	}
	return s, nil
}

func queueTicks(key, label string, queues []db.Queue, chosen []int64) views.SetupField {
	choices := make([]views.SetupChoice, len(queues))
	for i, q := range queues {
		choices[i] = views.SetupChoice{Value: strconv.FormatInt(q.ID, 10), Label: q.Name}
		for _, id := range chosen {
			choices[i].Chosen = choices[i].Chosen || id == q.ID
		}
	}
	f := choiceField(views.SetupTicks, key, label, choices...)
	f.Help = views.Say(label + ".help")
	return f
}

func staffTyped(c *fiber.Ctx) desk.StaffContent {
	return desk.StaffContent{First: c.FormValue("first"), Last: c.FormValue("last"), Email: c.FormValue("email"), Language: c.FormValue("language"),
		Agent: idsOf(c, "agent"), Lead: idsOf(c, "lead"), Administrator: c.FormValue("administrator") != ""}
}

// newStaff asks for somebody to be added.
func (a *App) newStaff(c *fiber.Ctx, who policy.Actor) error {
	p, s, err := a.newStaffPage(c, who)
	if err != nil {
		return err
	}
	p.Form = s.form(a, c, desk.StaffContent{Language: who.Person.Language})
	return a.page(c, who, p)
}

func (a *App) newStaffPage(c *fiber.Ctx, _ policy.Actor) (*views.SetupPage, sheet[desk.StaffContent], error) {
	p := &views.SetupPage{Back: "/setup/staff", Up: views.Say("setup.staff.title"), Heading: views.T(a.lang(c), "setup.staff.new"), Lead: views.Say("setup.staff.new.lead")}
	p.Tabs = setupFrame(&p.Shell, "staff", p.Heading)
	s, err := a.staffSheet(c, 0)
	return p, s, err
}

// addStaff takes somebody in, and has them invited.
func (a *App) addStaff(c *fiber.Ctx, who policy.Actor) error {
	in := staffTyped(c)
	_, err := a.Desk.AddStaff(c.UserContext(), who, in)
	if err == nil {
		return a.done(c, "/setup/staff?done=setup-staff-added")
	}
	p, s, wrong := a.newStaffPage(c, who)
	if wrong != nil {
		return wrong
	}
	form, err := s.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// oneOfStaff shows one of the provider's people.
func (a *App) oneOfStaff(c *fiber.Ctx, who policy.Actor) error {
	p, _, err := a.staffPage(c, who)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) staffPage(c *fiber.Ctx, who policy.Actor) (*views.SetupPage, sheet[desk.StaffContent], error) {
	var s sheet[desk.StaffContent]
	id, err := idParam(c)
	if err != nil {
		return nil, s, err
	}
	them, err := a.DB.StaffRecord(c.UserContext(), id)
	if err != nil {
		return nil, s, err
	}
	if s, err = a.staffSheet(c, id); err != nil {
		return nil, s, err
	}
	p := &views.SetupPage{Back: "/setup/staff", Up: views.Say("setup.staff.title"), Heading: them.Person.Name()}
	p.Tabs = setupFrame(&p.Shell, "staff", p.Heading)
	p.Form = s.form(a, c, desk.StaffAsContent(them))
	if p.Actions, err = a.staffActions(c, who, them.Person); err != nil {
		return nil, s, err
	}
	return p, s, nil
}

func (a *App) staffActions(c *fiber.Ctx, who policy.Actor, p db.Person) (list []views.SetupAction, err error) {
	path := "/setup/staff/" + strconv.FormatInt(p.ID, 10)
	if p.LockedUntil.After(a.Clock()) {
		list = append(list, views.SetupAction{Post: a.post(c, path+"/lock"), ID: "lock", Label: views.Say("setup.staff.unlock"), Help: views.Say("setup.staff.unlock.help")})
	}
	if p.DisabledAt.IsZero() && p.PasswordHash == "" {
		list = append(list, views.SetupAction{Post: a.post(c, path+"/invitation"), ID: "invitation", Label: views.Say("setup.staff.invite"), Help: views.Say("setup.staff.invite.help")})
	}
	if p.ID == who.Person.ID {
		return list, nil
	}
	naming, err := a.Desk.RulesNaming(c.UserContext(), p.Email)
	if err != nil {
		return nil, err
	}
	login := views.SetupAction{Post: a.post(c, path+"/login"), ID: "login", Name: "login", Value: "off", Danger: true,
		Label: views.Say("setup.staff.disable"), Help: views.Say("setup.staff.disable.help")}
	if !p.DisabledAt.IsZero() {
		login.Value, login.Danger, login.Label, login.Help = "on", false, views.Say("setup.staff.enable"), views.Say("setup.staff.enable.help")
	}
	if len(naming) > 0 {
		login.Note = views.Count("setup.staff.named", len(naming), "Rules", rulesInWords(a.lang(c), naming))
		if !p.DisabledAt.IsZero() {
			login.Note = views.Count("setup.staff.named.disabled", len(naming), "Rules", rulesInWords(a.lang(c), naming))
		}
	}
	return append(list, login), nil
}

// rulesInWords are names of rules in a sentence.
func rulesInWords(lang string, names []string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = views.T(lang, "rules.quote", "Text", name)
		if name == rules.ByDefault {
			words[i] = views.T(lang, "rules.default")
		}
	}
	return strings.Join(words, ", ")
}

// saveStaff changes one of the provider's people.
func (a *App) saveStaff(c *fiber.Ctx, who policy.Actor) error {
	p, s, err := a.staffPage(c, who)
	if err != nil {
		return err
	}
	in := staffTyped(c)
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err = a.Desk.SaveStaff(c.UserContext(), who, id, in, c.FormValue("marks")); err == nil {
		return a.done(c, "/setup/staff?done=setup-saved")
	}
	form, err := s.refused(a, c, in, err, func() (desk.StaffContent, error) {
		them, err := a.DB.StaffRecord(c.UserContext(), id)
		return desk.StaffAsContent(them), err
	})
	if err != nil {
		return err
	}
	p.Form = *form
	return a.refuse(c, who, p, form)
}

// switchStaff disables a login at the provider, or enables it.
func (a *App) switchStaff(c *fiber.Ctx, who policy.Actor) error {
	do, said := a.Desk.DisableStaff, "setup-disabled"
	if c.FormValue("login") == "on" {
		do, said = a.Desk.EnableStaff, "setup-enabled"
	}
	return a.actOnStaff(c, who, do, said)
}

// inviteStaff sends another invitation.
func (a *App) inviteStaff(c *fiber.Ctx, who policy.Actor) error {
	return a.actOnStaff(c, who, a.Desk.InviteStaff, "setup-invited")
}

// unlockStaff lets in who mistyped their password too often.
func (a *App) unlockStaff(c *fiber.Ctx, who policy.Actor) error {
	return a.actOnStaff(c, who, a.Desk.UnlockStaff, "setup-unlocked")
}

func (a *App) actOnStaff(c *fiber.Ctx, who policy.Actor, do func(context.Context, policy.Actor, int64) error, said string) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	err = do(c.UserContext(), who, id)
	var invalid desk.Invalid
	switch {
	case err == nil:
		return a.done(c, "/setup/staff/"+strconv.FormatInt(id, 10)+"?done="+said)
	case !errors.As(err, &invalid):
		return err
	}
	p, _, err := a.staffPage(c, who)
	if err != nil {
		return err
	}
	complainAction(p, invalid)
	c.Status(fiber.StatusUnprocessableEntity)
	return a.page(c, who, p)
}
