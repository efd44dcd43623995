package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/db/standard"
	"portico/policy"

	"github.com/google/uuid"
)

// Filing is what staff know of a case that came in by the reception, and under which account they may file it.
type Filing struct {
	Claim     db.Claim         // zero for a case of a contact of the reception
	Sender    db.Person        // who says that it is theirs; who it is, once they proved that
	Unproven  bool             // they have not used the link in their mail
	Files     bool             // it may be filed under another account; what follows is for that
	Suggested []db.AccountLine // accounts whose contacts' addresses are of the sender's domain
	Found     []db.AccountLine // by the words that were looked for
	More      bool             // there are more of them
	Joins     bool             // the sender may be made a contact of the account
	Asks      bool             // its administrators may be asked to let the sender in
}

// filingFound is how many accounts a search shows, and filingSuggested how many are suggested.
const (
	filingFound     = 10
	filingSuggested = 3
)

// Filing tells staff how a case came in, and where somebody who works on it may file it; nil for a customer's case. Words
// are those of the account that is looked for.
func (d *Desk) Filing(ctx context.Context, who policy.Actor, kase db.Case, words string) (*Filing, error) {
	if !who.Staff() || kase.Item != standard.GeneralRequest.Key && len(kase.Ancestors) > 1 {
		return nil, nil // what comes in by the reception is of that item, or stands at the top
	}
	claim, set, nobody, err := d.DB.Intake(ctx, kase.ID, settingReception, settingNobody)
	if err != nil || set == "" {
		return nil, err
	}
	reception, err := strconv.ParseInt(set, 10, 64)
	switch {
	case err != nil:
		return nil, err
	case claim.CaseID == 0 && kase.AccountID != reception:
		return nil, nil
	}
	f := &Filing{Claim: claim, Unproven: strconv.FormatInt(kase.RequesterID, 10) == nobody, Sender: newcomer(claim.Name, claim.Email, claim.Language)}
	if !d.Judge.Can(who, policy.Work, kase.Ref()) || !Solvable(kase.State) {
		return f, nil
	}
	f.Files = true
	if !f.Unproven {
		if f.Sender, err = d.DB.Person(ctx, kase.RequesterID); err != nil {
			return nil, err
		}
	}
	stranger := f.Unproven || f.Sender.AccountID == reception
	f.Joins = stranger && d.Judge.May(who, policy.ManageContacts)
	f.Asks = stranger && !f.Joins
	in := d.Judge.Accounts(who, policy.OpenFor)
	if domain := domainOf(f.Sender.Email); domain != "" {
		if f.Suggested, err = d.DB.AccountsOfDomain(ctx, in, domain, []int64{kase.AccountID, reception}, filingSuggested); err != nil {
			return nil, err
		}
	}
	if words == "" {
		return f, nil
	}
	if f.Found, err = d.DB.FindAccounts(ctx, in, words, filingFound+1); err != nil {
		return nil, err
	}
	f.More = len(f.Found) > filingFound
	f.Found = slices.DeleteFunc(f.Found[:min(len(f.Found), filingFound)], func(a db.AccountLine) bool {
		return a.ID == kase.AccountID || slices.ContainsFunc(f.Suggested, func(s db.AccountLine) bool { return s.ID == a.ID })
	})
	return f, nil
}

// FileUnder is under which account a case is to be filed.
type FileUnder struct {
	Edit
	ClientNumber string
	Joins        bool // its sender becomes a contact there, with the role of a customer
	Asks         bool // the account's administrators are asked to let its sender in, by who may not do that themselves
}

// FileUnder files a case that came in by the reception under an account: everybody sees it who sees that account's cases,
// and what was promised follows the account. Where its sender is made a contact there, what
// else they sent in comes along; one who has not used their link yet becomes one as soon as they do.
//
// Invalid is of "account"; the errors are those of a change, see Edit.
func (d *Desk) FileUnder(ctx context.Context, who policy.Actor, n db.Number, in FileUnder) (db.Case, error) {
	return d.edit(ctx, who, policy.Work, n, in.Edit, "account", func(ctx context.Context, tx *db.DB, kase *db.Case) error {
		if err := unfinished(kase); err != nil {
			return err
		}
		at, err := readReception(ctx, tx)
		if err != nil {
			return err
		}
		claim, err := tx.Claim(ctx, n)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if at.Nobody == 0 || claim.CaseID == 0 && kase.AccountID != at.Account.ID {
			return policy.Forbidden{Action: policy.Work} // a customer's cases stay the customer's
		}
		to, _, err := tx.FormAccount(ctx, CleanText(in.ClientNumber))
		switch {
		case err != nil:
			return err
		case to.ID == 0 || !d.Judge.Accounts(who, policy.OpenFor).Holds(to.Path):
			return Invalid{"account": {Code: "not_offered"}}
		}
		if err := tx.MootRegistrations(ctx, n); err != nil {
			return err
		}
		if in.Asks && !in.Joins {
			if err := d.askToLetIn(ctx, tx, who, *kase, claim, at, to.Account); err != nil {
				return err
			}
		}
		if in.Joins {
			if err := d.joinAt(ctx, tx, who, kase, at, to.Account); err != nil {
				return err
			}
		}
		if kase.AccountID == to.ID {
			return nil
		}
		return d.file(ctx, tx, who, kase, to.Account, in.Submission)
	})
}

// file gives a case to an account. Customers don't hear where it was before, which may have been at somebody else's.
func (d *Desk) file(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, to db.Account, submission uuid.UUID) error {
	from, err := tx.AccountByID(ctx, kase.AccountID)
	if err != nil {
		return err
	}
	if err := tx.FileUnder(ctx, kase.ID, to.ID); err != nil {
		return err
	}
	kase.AccountID, kase.Ancestors = to.ID, to.Path
	now, err := d.live(ctx, tx)
	if err != nil {
		return err
	}
	now.promise(kase, to)
	event := db.Event{PersonID: who.Person.ID, Kind: db.Changed, Internal: true, Submission: submission,
		Change: &db.Change{Field: "account", From: from.Name, To: to.Name}}
	if err := d.record(ctx, tx, &event, kase, db.CaseChanged(kase.ID), db.PersonChanged(kase.RequesterID)); err != nil {
		return err
	}
	return d.audit(ctx, tx, who, db.AuditEntry{Action: db.CaseFiled, Subject: "case", SubjectID: int64(kase.ID), AccountID: to.ID,
		Detail: map[string]any{"from": from.ID, "to": to.ID}})
}

// askToLetIn has the administrators of an account asked whether the sender of a case may be one of its contacts: if they are
// not one of that customer's already.
func (d *Desk) askToLetIn(ctx context.Context, tx *db.DB, who policy.Actor, kase db.Case, claim db.Claim, at Reception, to db.Account) error {
	name, email, language := claim.Name, claim.Email, claim.Language
	if kase.RequesterID != at.Nobody {
		sender, err := tx.Person(ctx, kase.RequesterID)
		if err != nil || sender.AccountID != at.Account.ID {
			return err
		}
		name, email, language = sender.Name(), sender.Email, sender.Language
	}
	if to.ID == at.Account.ID {
		return nil
	}
	r := db.Registration{Name: name, Email: email, Language: language, AccountID: to.ID, CaseID: kase.ID, State: db.Registered,
		Submission: uuid.New(), CreatedAt: d.Clock(), ExpiresAt: d.Clock().Add(registrationLife)}
	if _, err := tx.AddRegistration(ctx, &r); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, db.GreetNewcomer{Registration: r.ID}); err != nil {
		return err
	}
	return d.audit(ctx, tx, who, db.AuditEntry{Action: db.RegistrationCreated, Subject: "registration", SubjectID: r.ID, AccountID: to.ID,
		Detail: map[string]any{"case": int64(kase.ID)}})
}

// joinAt makes the sender of a case a contact of an account, or notes that they shall be one.
func (d *Desk) joinAt(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, at Reception, to db.Account) error {
	if err := d.Judge.Check(who, policy.ManageContacts, policy.Account(to.Path)); err != nil {
		return err
	}
	if kase.RequesterID == at.Nobody {
		return tx.ClaimFor(ctx, kase.ID, to.ID)
	}
	sender, err := tx.LockPerson(ctx, kase.RequesterID)
	if err != nil || sender.AccountID == to.ID {
		return err
	}
	if sender.AccountID != at.Account.ID { // somebody gave them another home
		return Invalid{"account": {Code: "not_offered"}}
	}
	if err := tx.MoveHome(ctx, sender.ID, at.Account.ID, to.ID, d.Clock()); err != nil {
		return err
	}
	if err := d.bringAlong(ctx, tx, who, kase.ID, sender.ID, at.Account.ID, to); err != nil {
		return err
	}
	entry := db.AuditEntry{Action: db.ContactMoved, Subject: "person", SubjectID: sender.ID, AccountID: to.ID,
		Detail: map[string]any{"from": at.Account.ID, "to": to.ID}}
	if err := d.audit(ctx, tx, who, entry); err != nil {
		return err
	}
	return tx.Notify(ctx, db.PersonChanged(sender.ID))
}

// bringAlong files the other cases of a sender who leaves the reception, too: there they would not see them any more.
func (d *Desk) bringAlong(ctx context.Context, tx *db.DB, who policy.Actor, but db.Number, sender, reception int64, to db.Account) error {
	const most = 100 // nobody who has more than that came by the reception
	others, err := tx.CasesAt(ctx, sender, reception, most)
	if err != nil {
		return err
	}
	for _, n := range others {
		if n == but {
			continue
		}
		kase, err := tx.LockCase(ctx, db.Scope{All: true}, n)
		if err != nil {
			return err
		}
		if err := d.file(ctx, tx, who, &kase, to, uuid.Nil); err != nil {
			return err
		}
	}
	return nil
}

// domainOf is the part of an address by which it is guessed where its owner belongs; empty where that tells nothing: half
// the world has an address there.
func domainOf(email string) string {
	domain := strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])
	if freeMail[domain] {
		return ""
	}
	return domain
}

// freeMail are domains at which anybody can have an address: of mail services, and of providers of Internet access.
var freeMail = func() map[string]bool {
	all := map[string]bool{}
	for _, domain := range strings.Fields(`
		gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.ca hotmail.fr hotmail.co.uk live.com live.ca live.fr msn.com
		yahoo.com yahoo.ca yahoo.fr yahoo.co.uk ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com
		proton.me protonmail.com pm.me tutanota.com tuta.io gmx.com gmx.net gmx.de gmx.fr web.de mail.com email.com zoho.com zohomail.com
		fastmail.com fastmail.fm hey.com hushmail.com yandex.com yandex.ru mail.ru inbox.ru bk.ru list.ru qq.com 163.com 126.com sina.com
		laposte.net orange.fr wanadoo.fr free.fr sfr.fr neuf.fr bbox.fr t-online.de libero.it
		videotron.ca bell.net sympatico.ca rogers.com telus.net shaw.ca cogeco.ca eastlink.ca sasktel.net nb.sympatico.ca xplornet.ca
		xplornet.com distributel.net teksavvy.com ebox.net oricom.ca comcast.net verizon.net att.net sbcglobal.net cox.net charter.net
		btinternet.com sky.com virginmedia.com naver.com hanmail.net rediffmail.com mailinator.com guerrillamail.com yopmail.com`) {
		all[domain] = true
	}
	return all
}()
