package desk

import (
	"context"
	"fmt"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// FamilyContent is what a family of services is made of. The value of a type of issue is what cases and rules call it by: one
// that comes without a value gets its English label for it, and keeps that whatever it is called later.
type FamilyContent struct {
	Name  rules.Text     `json:"name"`
	Types []rules.Option `json:"types"`
}

// FamilyAsContent is what a family is made of now.
func FamilyAsContent(f db.Family) FamilyContent {
	return FamilyContent{Name: f.Name, Types: f.IssueTypes}
}

func (f FamilyContent) check() (FamilyContent, error) {
	invalid := Invalid{}
	f.Name = invalid.both("name", f.Name, longestLabel)
	f.Types = invalid.options("types", f.Types)
	return f, invalid.err()
}

// options are choices as they are kept: each with a value that no other has, and labels in both languages. A row in which
// nothing stands is none. Complaints name the row: "types-3-fr".
func (i Invalid) options(field string, rows []rules.Option) []rules.Option {
	list := []rules.Option{}
	seen := map[string]bool{}
	for n, o := range rows {
		o.Label = rules.Text{"en": tidyLine(o.Label["en"]), "fr": tidyLine(o.Label["fr"])}
		if o.Label["en"] == "" && o.Label["fr"] == "" {
			continue
		}
		for _, lang := range []string{"en", "fr"} {
			i.need(fmt.Sprintf("%s-%d-%s", field, n, lang), o.Label[lang], longestLabel)
		}
		if o.Value == "" {
			o.Value = o.Label["en"]
		}
		if seen[o.Value] {
			i[fmt.Sprintf("%s-%d-en", field, n)] = Complaint{Code: "setup.option.twice"}
		}
		seen[o.Value] = true
		list = append(list, o)
	}
	return list
}

// AddFamily makes a family of services. Its key is made of its English name.
func (d *Desk) AddFamily(ctx context.Context, who policy.Actor, in FamilyContent) (f db.Family, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if in, err = in.check(); err != nil {
			return err
		}
		f = db.Family{Key: keyOf(in.Name["en"]), Name: in.Name, IssueTypes: in.Types}
		switch f.Key {
		case "":
			return Invalid{"name-en": {Code: "setup.key"}}
		case "new": // the address of the page where one is made
			f.Key = "new-family"
		}
		if err := db.Add(ctx, tx, []db.Family{f}); err != nil {
			if db.Violates(err, "families_pkey") {
				return Invalid{"name-en": {Code: "setup.family.taken"}}
			}
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.FamilyCreated, Subject: "family", Detail: map[string]any{"key": f.Key}})
	})
	return f, err
}

// Family finds a family of services by its key.
func (d *Desk) Family(ctx context.Context, tx *db.DB, key string) (db.Family, error) {
	all, err := tx.Families(ctx)
	if err != nil {
		return db.Family{}, err
	}
	i := slices.IndexFunc(all, func(f db.Family) bool { return f.Key == key })
	if i < 0 {
		return db.Family{}, db.ErrNotFound
	}
	return all[i], nil
}

// SaveFamily changes what a family is called and its types of issue, if it still is as the marks say.
func (d *Desk) SaveFamily(ctx context.Context, who policy.Actor, key string, in FamilyContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		f, err := d.Family(ctx, tx, key)
		if err != nil {
			return err
		}
		if in, err = in.check(); err != nil {
			return err
		}
		was := FamilyAsContent(f)
		if len(differing(was, in)) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		for _, o := range in.Types {
			known := slices.ContainsFunc(f.IssueTypes, func(had rules.Option) bool { return had.Value == o.Value })
			if !known && o.Value != o.Label["en"] {
				return db.ErrStale // another administrator took it away
			}
		}
		f.Name, f.IssueTypes = in.Name, in.Types
		if err := d.rulesHold(ctx, tx, "types", func() error { return tx.SaveFamily(ctx, f) }); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.FamilyChanged, Subject: "family",
			Detail: map[string]any{"key": key, "fields": differing(was, in)}})
	})
}

// RemoveFamily removes a family that has no services and that no rule names.
func (d *Desk) RemoveFamily(ctx context.Context, who policy.Actor, key string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if err := d.rulesHold(ctx, tx, "remove", func() error { return tx.RemoveFamily(ctx, key) }); err != nil {
			if db.Violates(err, "services_family_fkey") {
				return Invalid{"remove": {Code: "setup.family.has-services"}}
			}
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.FamilyRemoved, Subject: "family", Detail: map[string]any{"key": key}})
	})
}

// ServiceContent is what a service is made of, but for its value, which never changes.
type ServiceContent struct {
	Name   rules.Text      `json:"name"`
	Family string          `json:"family"`
	State  db.ServiceState `json:"state"`
}

// ServiceAsContent is what a service is made of now.
func ServiceAsContent(s db.Service) ServiceContent {
	return ServiceContent{Name: s.Name, Family: s.Family, State: s.State}
}

// ServiceStates are how a service may do, best first.
var ServiceStates = []db.ServiceState{db.Running, db.Maintenance, db.Degraded, db.Down}

func (s ServiceContent) check(families []db.Family) (ServiceContent, error) {
	invalid := Invalid{}
	s.Name = invalid.both("name", s.Name, longestLabel)
	if !slices.ContainsFunc(families, func(f db.Family) bool { return f.Key == s.Family }) {
		invalid["family"] = Complaint{Code: "setup.choose"}
	}
	if !slices.Contains(ServiceStates, s.State) {
		invalid["state"] = Complaint{Code: "setup.choose"}
	}
	return s, invalid.err()
}

// AddService makes a service, last in the order. Its value is what answers and rules call it by, for good: its English
// name, as it is now.
func (d *Desk) AddService(ctx context.Context, who policy.Actor, in ServiceContent) (s db.Service, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		families, err := tx.Families(ctx)
		if err != nil {
			return err
		}
		if in, err = in.check(families); err != nil {
			return err
		}
		s = db.Service{Value: in.Name["en"], Name: in.Name, Family: in.Family, State: in.State}
		if err := tx.AddService(ctx, &s); err != nil {
			if db.Violates(err, "services_value_key") {
				return Invalid{"name-en": {Code: "setup.service.taken"}}
			}
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ServiceCreated, Subject: "service", SubjectID: s.ID, Detail: map[string]any{"value": s.Value}})
	})
	return s, err
}

// Service finds a service by its id.
func (d *Desk) Service(ctx context.Context, tx *db.DB, id int64) (db.Service, error) {
	all, err := tx.Services(ctx)
	if err != nil {
		return db.Service{}, err
	}
	i := slices.IndexFunc(all, func(s db.Service) bool { return s.ID == id })
	if i < 0 {
		return db.Service{}, db.ErrNotFound
	}
	return all[i], nil
}

// SaveService changes a service, if it still is as the marks say. How it does shows on the page of the system's status at
// once.
func (d *Desk) SaveService(ctx context.Context, who policy.Actor, id int64, in ServiceContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		s, err := d.Service(ctx, tx, id)
		if err != nil {
			return err
		}
		families, err := tx.Families(ctx)
		if err != nil {
			return err
		}
		if in, err = in.check(families); err != nil {
			return err
		}
		was := ServiceAsContent(s)
		fields := differing(was, in)
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		s.Name, s.Family, s.State = in.Name, in.Family, in.State
		if err := d.rulesHold(ctx, tx, "family", func() error { return tx.SaveService(ctx, s) }); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ServiceChanged, Subject: "service", SubjectID: id,
			Detail: map[string]any{"value": s.Value, "fields": fields, "state": string(s.State)}})
	})
}

// OrderServices puts the services in order.
func (d *Desk) OrderServices(ctx context.Context, who policy.Actor, order Order[int64]) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		all, err := tx.Services(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(all))
		for i, s := range all {
			ids[i] = s.ID
		}
		if ids, err = order.of(ids); err != nil {
			return err
		}
		if err := tx.OrderServices(ctx, ids); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ServicesOrdered, Subject: "service", Detail: map[string]any{"order": ids}})
	})
}

// RemoveService removes a service that no account has, that no case or incident is about and that no rule names.
func (d *Desk) RemoveService(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		s, err := d.Service(ctx, tx, id)
		if err != nil {
			return err
		}
		use, err := tx.ServiceUse(ctx, s)
		switch {
		case err != nil:
			return err
		case use.Products > 0:
			return Invalid{"remove": {Code: "setup.service.has-products", Args: map[string]any{"N": use.Products}}}
		case use.Incidents > 0:
			return Invalid{"remove": {Code: "setup.service.has-incidents"}}
		case use.Cases:
			return Invalid{"remove": {Code: "setup.service.has-cases"}}
		}
		if err := d.rulesHold(ctx, tx, "remove", func() error { return tx.RemoveService(ctx, id) }); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ServiceRemoved, Subject: "service", SubjectID: id, Detail: map[string]any{"value": s.Value}})
	})
}
