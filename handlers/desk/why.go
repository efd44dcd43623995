package desk

import (
	"context"
	"errors"
	"maps"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Story is why a case was decided as it was.
type Story struct {
	rules.Explanation
	Agrees bool         // deciding again, by the same version from the kept facts, gives what was decided
	Form   rules.Form   // that it was opened with
	Offers rules.Offers // what its account has to choose from, with what was chosen
	Facts  []rules.Fact // what conditions can speak of
	Items  []db.Item
}

// NamesColleagues tells whether anybody is named in it, who is to be called by their name rather than their address.
func (s Story) NamesColleagues() bool {
	named := func(outcome string) bool { return outcome == rules.OutcomeAssignee || outcome == rules.OutcomeNotify }
	return s.Decision.Outcomes.Assignee != "" || len(s.Decision.Outcomes.Notify) > 0 ||
		slices.ContainsFunc(s.Near, func(n rules.Near) bool { return named(n.Outcome) }) ||
		slices.ContainsFunc(s.Otherwise, func(o rules.Otherwise) bool { return named(o.Outcome) })
}

// Why decides a case again, as it was decided then, and looks for what came close and what would have decided otherwise.
// It is for staff, of a case that they were shown. Where the answer differs from what was decided, which the log then
// tells, the story is not to be told as if it were true.
func (d *Desk) Why(ctx context.Context, who policy.Actor, kase db.Case) (Story, error) {
	if !who.Staff() {
		return Story{}, db.ErrNotFound
	}
	set, err := d.Deciding(ctx, kase)
	if err != nil {
		return Story{}, err
	}
	now, err := d.live(ctx, d.DB)
	if err != nil {
		return Story{}, err
	}
	s := Story{Facts: now.Vocabulary.Facts()}
	for _, i := range now.Items {
		s.Items = append(s.Items, i.Item)
	}
	asking := rules.Asking{Facts: kase.Facts}
	version, err := d.DB.FormVersion(ctx, kase.FormVersion)
	switch {
	case errors.Is(err, db.ErrNotFound): // it came in by no form
	case err != nil:
		return Story{}, err
	default:
		s.Form = version.Form
		if asking.Form, err = d.book.form(version); err != nil {
			return Story{}, err
		}
		if s.Offers, err = d.offersThen(ctx, now, kase, asking.Form); err != nil {
			return Story{}, err
		}
		asking.Offers = s.Offers
	}
	s.Explanation = set.Explain(asking)
	differs := s.Decision.Differs(kase.Decision)
	if s.Agrees = len(differs) == 0; !s.Agrees {
		d.Log.ErrorContext(ctx, "a case would be decided otherwise by what decided it", "case", kase.ID.String(), "version", kase.RuleVersion, "differs", differs)
	}
	return s, nil
}

// offersThen is what a form had to choose from, as near as can be told: what the account has today, and what was chosen.
func (d *Desk) offersThen(ctx context.Context, now *edition, kase db.Case, form *rules.CompiledForm) (rules.Offers, error) {
	client := kase.Answers.Text(form.Case.Account)
	if client == "" {
		client = kase.Facts.Account.ClientNumber
	}
	at, _, err := d.DB.FormAccount(ctx, client)
	if err != nil {
		return rules.Offers{}, err
	}
	o := at.Offers()
	for _, s := range now.World.Services {
		if at.ID == 0 {
			o.Services = append(o.Services, rules.Option{Value: s.Name})
		}
		if o.Families[s.Name] == "" {
			o.Families[s.Name] = s.Family
		}
	}
	o.IssueTypes = maps.Clone(now.IssueTypes)
	for _, q := range form.Questions {
		chosen := kase.Answers.List(q.Key)
		switch q.Source {
		case rules.FromAccounts:
			o.Accounts = withOptions(o.Accounts, chosen)
		case rules.FromLocations:
			o.Locations = withOptions(o.Locations, chosen)
		case rules.FromServices:
			o.Services = withOptions(o.Services, chosen)
		case rules.FromIssueTypes:
			family := o.Families[kase.Answers.Text(form.Case.Service)]
			o.IssueTypes[family] = withOptions(o.IssueTypes[family], chosen)
		case rules.FromContact:
			requester, err := d.DB.Person(ctx, kase.RequesterID)
			if err != nil && !errors.Is(err, db.ErrNotFound) {
				return rules.Offers{}, err
			}
			o.Contact = map[string]string{"email": requester.Email, "phone": requester.Phone}
			for _, way := range chosen {
				if o.Contact[way] == "" {
					o.Contact[way] = way
				}
			}
		}
	}
	return o, nil
}

// withOptions adds those of the values that are not offered.
func withOptions(list []rules.Option, chosen []string) []rules.Option {
	list = slices.Clone(list)
	for _, value := range chosen {
		if !slices.ContainsFunc(list, func(o rules.Option) bool { return o.Value == value }) {
			list = append(list, rules.Option{Value: value})
		}
	}
	return list
}
