package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// part is which of a case's conversation is asked for.
type part struct {
	from  int64 // all since an event, but no less than its newest part; 0: that
	after int64 // only what came after this event, as a page asks that shows what there was before; 0: see from
	seen  int64 // the last event that the reader has had before their eyes there
}

// shownPart is what a page says that it shows of a conversation, by how its fields are read.
func shownPart(field func(string) string) part {
	return part{from: since(field("from")), after: since(field("after")), seen: since(field("seen"))}
}

// readCase reads the case that the address names, with that part of its history, as far as its reader may know it.
func (a *App) readCase(c *fiber.Ctx, who policy.Actor, p part) (*reading, error) {
	n, err := caseNumber(c)
	if err != nil {
		return nil, err
	}
	return a.readCaseOf(c, who, n, p)
}

// readCaseOf reads any case as readCase does.
func (a *App) readCaseOf(c *fiber.Ctx, who policy.Actor, n db.Number, p part) (r *reading, err error) {
	r = &reading{app: a, who: who, lang: a.lang(c), zone: a.zone(who), part: p, csrf: a.csrf(c)}
	see := a.Judge.Scope(who, policy.See)
	if r.kase, err = a.DB.CaseDetails(c.UserContext(), see, n); err != nil {
		return nil, err
	}
	r.internal = a.Judge.Can(who, policy.Note, r.kase.Ref())
	if p.after == 0 {
		r.told, err = a.DB.Conversation(c.UserContext(), see, n, r.internal, p.from)
		return r, err
	}
	first := p.after // its day is known by it
	if p.seen > 0 {
		first = min(first, p.seen)
	}
	r.told.Entries, err = a.DB.EventsSince(c.UserContext(), see, n, r.internal, first)
	return r, err
}

// since is the event from which on a long conversation is shown, as an address says it: the event's id, or "all". What
// makes no sense names none.
func since(from string) int64 {
	if from == "all" {
		return 1
	}
	id, err := strconv.ParseInt(from, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// showCase shows a case.
func (a *App) showCase(c *fiber.Ctx, who policy.Actor) error {
	r, err := a.readCase(c, who, part{from: since(c.Query("from"))})
	if err != nil {
		return err
	}
	p, err := a.casePage(c, who, r)
	if err != nil {
		return err
	}
	p.Opened = a.openedPanel(c, who, r.kase.Case)
	return a.page(c, who, p)
}

// casePage is the page of a case that was read.
func (a *App) casePage(c *fiber.Ctx, who policy.Actor, r *reading) (*views.CasePage, error) {
	p := &views.CasePage{Path: r.kase.Path()}
	var err error
	if p.Actions, err = a.caseActions(c, r); err != nil {
		return nil, err
	}
	if p.Live, err = a.caseLive(c, r); err != nil {
		return nil, err
	}
	p.Title, p.Here = r.kase.ID.String()+" · "+r.kase.ShortDescription, "cases"
	p.Shell.Live = liveFor(db.CaseChanged(r.kase.ID))
	return p, a.equip(c, who, p, r)
}

// caseLive is what follows the case by itself.
func (a *App) caseLive(c *fiber.Ctx, r *reading) (views.CaseLive, error) {
	form, err := a.DB.FormVersion(c.UserContext(), r.kase.FormVersion)
	if err != nil {
		return views.CaseLive{}, err
	}
	ties, err := a.DB.CaseTies(c.UserContext(), a.Judge.Scope(r.who, policy.See), r.kase.ID, r.who.Person.ID)
	if err != nil {
		return views.CaseLive{}, err
	}
	live := views.CaseLive{Path: r.kase.Path(), Topic: string(db.CaseChanged(r.kase.ID)),
		Head: r.head(), Thread: r.thread(), Arrived: r.arrived(), Panel: r.panel(form.Form)}
	live.Head.Follow, live.Panel.Links = followOf(r.kase.Case, r.who, ties.Following, a.csrf(c)), linked(ties)
	return live, nil
}

// liveCase is what a page that is open asks for when its case changed.
func (a *App) liveCase(c *fiber.Ctx, who policy.Actor) error {
	shown := shownPart(func(name string) string { return c.Query(name) })
	if c.Query("opened") != "" { // the conversation itself, from further back
		shown.after = 0
	}
	r, err := a.readCase(c, who, shown)
	if err != nil {
		return err
	}
	live, err := a.caseLive(c, r)
	if err != nil {
		return err
	}
	was := db.State(c.Query("was"))
	if !desk.SameForms(was, r.kase.State, who.Staff()) {
		live.Outdated, live.Was = views.Say("case.outdated."+string(r.kase.State)), was
	}
	if c.Query("actions") != "" {
		actions, err := a.caseActions(c, r)
		if err != nil {
			return err
		}
		live.Actions, live.Outdated = &actions, views.Message{}
	}
	if c.Query("opened") != "" {
		live.Said = views.Say("case.earlier.none")
		if r.told.Earlier > 0 {
			live.Said = views.Count("case.earlier.left", r.told.Earlier, "N", views.Number(r.lang, r.told.Earlier))
		}
	}
	return a.partial(c, &live)
}

// caseActions are the forms that the case's state and its reader allow.
func (a *App) caseActions(c *fiber.Ctx, r *reading) (views.CaseActions, error) {
	kase, who := r.kase.Case, r.who
	path := kase.Path()
	out := views.CaseActions{Path: path, State: kase.State, CSRF: a.csrf(c)}
	maySolve := a.Judge.Can(who, policy.Solve, kase.Ref())
	mayReply := a.Judge.Can(who, policy.Comment, kase.Ref())
	if mayReply && desk.Repliable(kase.State, who.Staff()) {
		var err error
		if out.Reply, err = a.replyForm(c, r, out.CSRF, maySolve); err != nil {
			return out, err
		}
	}
	if maySolve && desk.Solvable(kase.State) && !who.Staff() {
		out.Solve = &views.CaseWordForm{Action: path + "/solution", CSRF: out.CSRF, Submission: uuid.NewString()}
	}
	if maySolve && desk.Reopenable(kase, a.Clock(), a.provider().Reopen) && !who.Staff() {
		out.Reopen = &views.CaseWordForm{Action: path + "/reopening", CSRF: out.CSRF, Submission: uuid.NewString(),
			Until: kase.SolvedAt.Add(a.provider().Reopen).In(r.zone)}
	}
	if maySolve && desk.Followable(kase.State) {
		out.FollowUp = &views.FollowUp{Href: itemPath(kase.Item) + "?follows=" + kase.ID.String(), Closed: kase.State == db.Closed}
	}
	switch {
	case out.Reopen != nil:
		out.Over = views.Say("case.over.solved")
	case out.FollowUp != nil && kase.State == db.Closed:
		out.Over = views.Say("states.over.closed")
	case out.FollowUp != nil && out.Reply == nil:
		out.Over = views.Say("states.over.solved")
	case kase.State == db.Closed:
		out.Over = views.Say("case.over.closed")
	case kase.State == db.Solved && out.Reply == nil:
		out.Over = views.Say("case.over.solved-only")
	case out.Reply == nil:
		out.Over = views.Say("case.over.read-only")
	}
	return out, nil
}

// createReply adds to the conversation.
func (a *App) createReply(c *fiber.Ctx, who policy.Actor) error {
	n, form, err := a.writing(c, who)
	if err != nil {
		return err
	}
	in := form.reply()
	var event db.Event
	switch remove := form.Values.Get("remove"); {
	case remove != "": // the button beside a file, without scripts
		if err = a.removeNamed(c.UserContext(), who, form.Values); err == nil {
			in.Files, err = form.fileIDs(), desk.Invalid{}
		}
	case len(form.Refused) > 0:
		err = form.Refused
	default:
		_, event, err = a.Desk.Reply(c.UserContext(), who, n, in)
	}
	said := "replied"
	if in.Solve {
		said = "solved"
	}
	return a.answerCase(c, who, caseAnswer{err: err, said: said, event: event, part: shownPart(form.Values.Get), fill: func(out *views.CaseActions) error {
		return a.fillReply(c, who, out, in, err)
	}})
}

// solveCase marks a case as solved.
func (a *App) solveCase(c *fiber.Ctx, who policy.Actor) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	in := word(c)
	_, event, err := a.Desk.Solve(c.UserContext(), who, n, in)
	return a.answerCase(c, who, caseAnswer{err: err, said: "solved", event: event, part: shownPart(func(name string) string { return c.FormValue(name) }), fill: func(out *views.CaseActions) error {
		fillWord(a.lang(c), out, out.Solve, in, err)
		return nil
	}})
}

// reopenCase opens a solved case again.
func (a *App) reopenCase(c *fiber.Ctx, who policy.Actor) error {
	n, err := caseNumber(c)
	if err != nil {
		return err
	}
	in := word(c)
	_, event, err := a.Desk.Reopen(c.UserContext(), who, n, in)
	return a.answerCase(c, who, caseAnswer{err: err, said: "reopened", event: event, part: shownPart(func(name string) string { return c.FormValue(name) }), fill: func(out *views.CaseActions) error {
		fillWord(a.lang(c), out, out.Reopen, in, err)
		return nil
	}})
}

func word(c *fiber.Ctx) desk.Solve {
	submission, err := uuid.Parse(c.FormValue("submission"))
	if err != nil {
		submission = uuid.New()
	}
	return desk.Solve{Body: c.FormValue("body"), Submission: submission}
}

// caseAnswer is how a form of the case's page went.
type caseAnswer struct {
	err   error
	said  string // what to say when it went well, as in notices
	event db.Event
	part  part                           // what the page shows of the conversation
	fill  func(*views.CaseActions) error // puts what was typed back, with what is wrong with it
}

// answerCase answers a form of the case's page. What can't be accepted comes back as it was typed: 422, or 409 where the
// case has moved on meanwhile, with the case as it is now around it.
func (a *App) answerCase(c *fiber.Ctx, who policy.Actor, done caseAnswer) error {
	var invalid desk.Invalid
	refused := errors.As(done.err, &invalid)
	late := errors.Is(done.err, desk.ErrState) || errors.Is(done.err, db.ErrStale)
	if done.err != nil && !refused && !late {
		return done.err
	}
	path := "/cases/" + c.Params("number")
	if done.err == nil && !isPartial(c) {
		return c.Redirect(fmt.Sprintf("%s?done=%s#event-%d", path, done.said, done.event.ID), fiber.StatusSeeOther)
	}
	if !isPartial(c) {
		done.part.after = 0
	}
	r, err := a.readCase(c, who, done.part)
	if err != nil {
		return err
	}
	p, err := a.casePage(c, who, r)
	if err != nil {
		return err
	}
	out := &views.Replied{Actions: p.Actions, Live: p.Live, Said: notice(done.said)}
	out.Actions.Landed = late || done.err == nil && done.said != "replied"
	if done.err != nil {
		if err := done.fill(&out.Actions); err != nil {
			return err
		}
		p.Actions, out.Said = out.Actions, views.Message{}
		c.Status(fiber.StatusUnprocessableEntity)
	}
	if late {
		out.Alert = r.meanwhile()
		p.Actions.Over, out.Actions.Over = out.Alert, out.Alert
		c.Status(fiber.StatusConflict)
	}
	if isPartial(c) {
		return a.partial(c, out)
	}
	return a.page(c, who, p)
}

// fillReply puts a refused reply back into its form. Where there is no such form any more, the text stands in the one
// that opens the case again, or by itself.
func (a *App) fillReply(c *fiber.Ctx, who policy.Actor, out *views.CaseActions, in desk.Reply, err error) error {
	if out.Reply == nil {
		if out.Reopen != nil {
			out.Reopen.Body = in.Body
		} else {
			out.Unsent = in.Body
		}
		return nil
	}
	out.Reply.Body, out.Reply.Submission = in.Body, in.Submission.String()
	if in.Draft.String() != out.Reply.Draft.Mark { // what is there was kept by another window: this one has not chosen yet
		out.Reply.Draft.Mark, out.Reply.Draft.At = in.Draft.String(), time.Time{}
	}
	if err := a.attach(c, who, out.Reply, in.Files); err != nil {
		return err
	}
	out.Reply.Complaint, out.Reply.FileFault = wrongWith(a.lang(c), err, "body"), wrongWith(a.lang(c), err, "files", "file")
	return nil
}

func fillWord(lang string, out *views.CaseActions, form *views.CaseWordForm, in desk.Solve, err error) {
	if form == nil {
		out.Unsent = in.Body
		return
	}
	form.Body, form.Submission, form.Complaint = in.Body, in.Submission.String(), wrongWith(lang, err, "body")
}

// wrongWith is what is wrong with the first of the fields that something is wrong with.
func wrongWith(lang string, err error, fields ...string) views.Message {
	var invalid desk.Invalid
	if errors.As(err, &invalid) {
		for _, f := range fields {
			if what, ok := invalid[f]; ok {
				return caseComplaint(lang, f, what)
			}
		}
	}
	return views.Message{}
}

func caseComplaint(lang, field string, what desk.Complaint) views.Message {
	if field == "body" && what.Code == rules.CodeMissing {
		return views.Say("case.complaint.missing")
	}
	if field == "body" {
		return views.Message{Key: "case.complaint." + what.Code, Args: what.Args}
	}
	return fileComplaint(lang, what)
}
