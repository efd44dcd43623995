package handlers

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// workOn is a case with where its reader looks at it, and what they have to hear of what they did.
type workOn struct {
	kase db.Case
	back string // the page to go on to without scripts

	said    views.Message
	done    string // the same, as an address says it
	field   string // "priority": its form is shown as it was sent, with the problem
	chosen  string
	body    string // of "request" or "note"
	problem views.Message
}

// equip gives staff what they do with a case beside what its customer does too, and tells them why it was decided so.
func (a *App) equip(c *fiber.Ctx, who policy.Actor, p *views.CasePage, r *reading) (err error) {
	if !who.Staff() {
		return nil
	}
	kase := r.kase.Case
	w := workOn{kase: kase, back: kase.Path()}
	if strings.HasPrefix(c.Path(), "/queues") {
		w.back = saying("", ownPath(c.OriginalURL(), w.back))
	}
	if p.Agent, err = a.tools(c, who, w); err != nil {
		return err
	}
	p.Agent.Alone = w.back == kase.Path()
	p.Agent.Note = a.noteForm(c, who, w)
	p.Agent.Why, err = a.why(c.UserContext(), who, r)
	return err
}

// tools are the forms that change a case, those that it allows its reader.
func (a *App) tools(c *fiber.Ctx, who policy.Actor, w workOn) (*views.AgentTools, error) {
	ctx, kase := c.UserContext(), w.kase
	works, assigns := a.Judge.Can(who, policy.Work, kase.Ref()), a.Judge.Can(who, policy.Assign, kase.Ref())
	t := &views.AgentTools{Topic: string(db.CaseChanged(kase.ID)), Said: w.said,
		Tools: kase.Path() + "/tools?" + url.Values{"back": {w.back}}.Encode()}
	queues, err := a.DB.Queues(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.filing(c, who, w, t); err != nil {
		return nil, err
	}
	if !works {
		for _, q := range queues {
			if q.ID == kase.QueueID && a.Judge.May(who, policy.Work) {
				t.Elsewhere = q.Name
			}
		}
		return t, nil
	}
	if kase.AssigneeID != who.Person.ID && desk.Repliable(kase.State, true) {
		if t.Take, err = a.takeForm(c, w); err != nil {
			return nil, err
		}
	}
	if !desk.Solvable(kase.State) {
		return t, nil
	}
	change := a.changeForm(c, w, "priority")
	for p := db.Critical; p <= db.Low; p++ {
		change.Options = append(change.Options, views.ChangeOption{Value: strconv.Itoa(int(p)), Label: views.PriorityName(p)})
	}
	t.Changes = append(t.Changes, choose(change, w))
	change = a.changeForm(c, w, "queue")
	for _, q := range queues {
		change.Options = append(change.Options, views.ChangeOption{Value: strconv.FormatInt(q.ID, 10), Name: q.Name})
	}
	t.Changes = append(t.Changes, choose(change, w))
	if assigns {
		if change, err = a.assignForm(ctx, a.changeForm(c, w, "assignee"), kase); err != nil {
			return nil, err
		}
		t.Changes = append(t.Changes, choose(change, w))
	}
	t.Request = a.wordsForm(c, who, w, "request", "/information-requests")
	return t, nil
}

func (a *App) takeForm(c *fiber.Ctx, w workOn) (*views.TakeForm, error) {
	form := &views.TakeForm{Post: views.Post{Action: w.kase.Path() + "/assignment", CSRF: a.csrf(c)}, Back: w.back,
		Submission: uuid.NewString(), Was: desk.Now(w.kase, "assignee")}
	if w.field == "take" {
		form.Problem = w.problem
	}
	if w.kase.AssigneeID == 0 {
		return form, nil
	}
	has, err := a.DB.Person(c.UserContext(), w.kase.AssigneeID)
	form.From = has.Name()
	return form, err
}

func (a *App) changeForm(c *fiber.Ctx, w workOn, field string) views.ChangeForm {
	path := map[string]string{"priority": "/priority", "queue": "/queue", "assignee": "/assignment"}[field]
	return views.ChangeForm{Post: views.Post{Action: w.kase.Path() + path, CSRF: a.csrf(c)}, Back: w.back, Key: field,
		Submission: uuid.NewString(), Was: desk.Now(w.kase, field)}
}

// choose marks what is set; or what was chosen, where the form comes back.
func choose(f views.ChangeForm, w workOn) views.ChangeForm {
	chosen := f.Was
	if w.field == f.Key {
		chosen, f.Problem = w.chosen, w.problem
	}
	for i := range f.Options {
		f.Options[i].Chosen = f.Options[i].Value == chosen
	}
	return f
}

// assignForm offers those who work in the case's queue, and whoever has it now.
func (a *App) assignForm(ctx context.Context, f views.ChangeForm, kase db.Case) (views.ChangeForm, error) {
	colleagues, err := a.DB.Colleagues(ctx, kase.QueueID)
	if err != nil {
		return f, err
	}
	f.Options = []views.ChangeOption{{Value: "0", Label: views.Say("agent.nobody")}}
	there := kase.AssigneeID == 0
	for _, p := range colleagues {
		there = there || p.ID == kase.AssigneeID
		f.Options = append(f.Options, views.ChangeOption{Value: strconv.FormatInt(p.ID, 10), Name: p.Name()})
	}
	if !there {
		has, err := a.DB.Person(ctx, kase.AssigneeID)
		if err != nil {
			return f, err
		}
		f.Options = append(f.Options, views.ChangeOption{Value: strconv.FormatInt(has.ID, 10), Name: has.Name()})
	}
	return f, nil
}

func (a *App) wordsForm(c *fiber.Ctx, who policy.Actor, w workOn, field, path string) *views.WordsForm {
	f := &views.WordsForm{Post: views.Post{Action: w.kase.Path() + path, CSRF: a.csrf(c)}, Back: w.back,
		Keep: field + "-" + w.kase.ID.String() + "-" + who.Person.Email, Submission: uuid.NewString()}
	if w.field == field {
		f.Body, f.Problem = w.body, w.problem
	}
	return f
}

func (a *App) noteForm(c *fiber.Ctx, who policy.Actor, w workOn) *views.NoteForm {
	if !a.Judge.Can(who, policy.Note, w.kase.Ref()) {
		return nil
	}
	return &views.NoteForm{WordsForm: *a.wordsForm(c, who, w, "note", "/notes")}
}
