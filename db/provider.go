package db

import (
	"context"
	"fmt"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// What of the set-up can be put into an order, by the table that it stands in.
const (
	orderQueues     = "queues"
	orderServices   = "services"
	orderWays       = "contact_ways"
	orderCategories = "categories"
	orderItems      = "items"
)

// Forget lets go of what is remembered of the catalog and of what the provider shows to everybody: the next who asks reads
// it anew. Every copy does so when it hears of SetUpChanged.
func (d *DB) Forget() {
	d.names.Store(nil)
	d.front.Store(nil)
}

// place gives rows of a table their positions, in the order of their keys.
func (d *DB) place(ctx context.Context, table, key string, keys any) error {
	_, err := d.fast.Exec(ctx, fmt.Sprintf(`update %[1]s t set position = o.n - 1 from unnest($1::%[3]s[]) with ordinality o(key, n)
		where t.%[2]s = o.key and t.position <> o.n - 1`, table, key, map[string]string{"id": "bigint", "key": "text"}[key]), keys)
	if err != nil {
		return fmt.Errorf("order %s: %w", table, err)
	}
	return nil
}

// AddQueue keeps a new queue, last in the order; Violates(err, "queues_name_key") if its name is taken.
func (d *DB) AddQueue(ctx context.Context, q *Queue) error {
	err := d.fast.QueryRow(ctx, `insert into queues (name, position) select $1::text, coalesce(max(position), -1) + 1 from queues returning id, position`,
		q.Name).Scan(&q.ID, &q.Position)
	if err != nil {
		return fmt.Errorf("add a queue: %w", err)
	}
	return nil
}

// RenameQueue gives a queue another name; Violates(err, "queues_name_key") if that is taken. Rules go on to speak of the
// old one: see RenameQueue of desk.
func (d *DB) RenameQueue(ctx context.Context, id int64, name string) error {
	if _, err := d.fast.Exec(ctx, `update queues set name = $2 where id = $1`, id, name); err != nil {
		return fmt.Errorf("rename a queue: %w", err)
	}
	return nil
}

// OrderQueues puts queues in the order of their ids.
func (d *DB) OrderQueues(ctx context.Context, ids []int64) error {
	return d.place(ctx, orderQueues, "id", ids)
}

// QueueUse is what keeps a queue from being removed.
type QueueUse struct {
	Cases  bool
	People int // who work in it
}

// QueueUse looks what refers to a queue. It must see all cases.
func (d *DB) QueueUse(ctx context.Context, id int64) (u QueueUse, err error) {
	err = d.walled.QueryRow(ctx, `select exists (select from cases where queue_id = $1),
		(select count(distinct person_id) from grants where queue_id = $1)`, fixed, id).Scan(&u.Cases, &u.People)
	if err != nil {
		return u, fmt.Errorf("look what is in a queue: %w", err)
	}
	return u, nil
}

// RemoveQueue removes a queue; an error if anything refers to it.
func (d *DB) RemoveQueue(ctx context.Context, id int64) error {
	return d.remove(ctx, "a queue", `delete from queues where id = $1`, id)
}

func (d *DB) remove(ctx context.Context, what, sql string, key any) error {
	tag, err := d.fast.Exec(ctx, sql, key)
	if err != nil {
		return fmt.Errorf("remove %s: %w", what, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}

// Families lists the families of services by their names.
func (d *DB) Families(ctx context.Context) ([]Family, error) {
	var list []Family
	if err := d.bun.NewSelect().Model(&list).OrderExpr("name->>'en', key").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list families: %w", err)
	}
	return list, nil
}

// SaveFamily changes what a family is called and its types of issue.
func (d *DB) SaveFamily(ctx context.Context, f Family) error {
	if f.IssueTypes == nil {
		f.IssueTypes = []rules.Option{}
	}
	if _, err := d.bun.NewUpdate().Model(&f).Column("name", "issue_types").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save a family: %w", err)
	}
	return nil
}

// RemoveFamily removes a family; an error if it has services.
func (d *DB) RemoveFamily(ctx context.Context, key string) error {
	return d.remove(ctx, "a family", `delete from families where key = $1`, key)
}

// AddService keeps a new service, last in the order; Violates(err, "services_value_key") if its value is taken.
func (d *DB) AddService(ctx context.Context, s *Service) error {
	err := d.fast.QueryRow(ctx, `insert into services (value, name, family, state, position)
		select $1::text, $2::jsonb, $3::text, $4::text, coalesce(max(position), -1) + 1 from services returning id, position`, fixed,
		s.Value, s.Name, s.Family, s.State).Scan(&s.ID, &s.Position)
	if err != nil {
		return fmt.Errorf("add a service: %w", err)
	}
	return nil
}

// SaveService changes a service, but for its value and position.
func (d *DB) SaveService(ctx context.Context, s Service) error {
	if _, err := d.bun.NewUpdate().Model(&s).Column("name", "family", "state").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save a service: %w", err)
	}
	return nil
}

// OrderServices puts services in the order of their ids.
func (d *DB) OrderServices(ctx context.Context, ids []int64) error {
	return d.place(ctx, orderServices, "id", ids)
}

// ServiceUse is what keeps a service from being removed.
type ServiceUse struct {
	Products, Incidents int
	Cases               bool
}

// ServiceUse looks what refers to a service. It must see all cases; unless a product or an incident does, it may have to
// read them all.
func (d *DB) ServiceUse(ctx context.Context, s Service) (u ServiceUse, err error) {
	err = d.fast.QueryRow(ctx, `select (select count(*) from products where service_id = $1), (select count(*) from incidents where service_ids @> array[$1::bigint])`,
		s.ID).Scan(&u.Products, &u.Incidents)
	if err == nil && u == (ServiceUse{}) {
		err = d.walled.QueryRow(ctx, `select exists (select from cases where facts->'services' ? $1)`, fixed, s.Value).Scan(&u.Cases)
	}
	if err != nil {
		return u, fmt.Errorf("look where a service is used: %w", err)
	}
	return u, nil
}

// RemoveService removes a service; an error if an account has it.
func (d *DB) RemoveService(ctx context.Context, id int64) error {
	return d.remove(ctx, "a service", `delete from services where id = $1`, id)
}

// SetHours replaces all business hours.
func (d *DB) SetHours(ctx context.Context, hours []BusinessHours) error {
	if _, err := d.fast.Exec(ctx, `delete from business_hours`); err != nil {
		return fmt.Errorf("set business hours: %w", err)
	}
	return Add(ctx, d, hours)
}

// AddHolidays keeps holidays, but for days that are holidays already; it tells how many are new.
func (d *DB) AddHolidays(ctx context.Context, list []Holiday) (int, error) {
	n := 0
	for _, h := range list { // a year's
		tag, err := d.fast.Exec(ctx, `insert into holidays (day, name) values ($1, $2) on conflict (day) do nothing`, fixed, h.Day, h.Name)
		if err != nil {
			return 0, fmt.Errorf("add holidays: %w", err)
		}
		n += int(tag.RowsAffected())
	}
	return n, nil
}

// RemoveHoliday makes a day an ordinary one again; ErrNotFound if it is one.
func (d *DB) RemoveHoliday(ctx context.Context, day time.Time) error {
	return d.remove(ctx, "a holiday", `delete from holidays where day = $1`, day)
}

// SetTargets replaces all response targets.
func (d *DB) SetTargets(ctx context.Context, targets []ResponseTarget) error {
	if _, err := d.fast.Exec(ctx, `delete from response_targets`); err != nil {
		return fmt.Errorf("set response targets: %w", err)
	}
	return Add(ctx, d, targets)
}

// TargetTiers lists those that accounts have or targets name.
func (d *DB) TargetTiers(ctx context.Context) ([]string, error) {
	var tiers []string
	err := d.fast.QueryRow(ctx, `select coalesce(array_agg(tier order by tier), '{}')
		from (select tier from accounts union select tier from response_targets where tier is not null) t`).Scan(&tiers)
	if err != nil {
		return nil, fmt.Errorf("list tiers: %w", err)
	}
	return tiers, nil
}

// AddContactWay keeps a new way to reach the provider, last in the order.
func (d *DB) AddContactWay(ctx context.Context, w *ContactWay) error {
	err := d.fast.QueryRow(ctx, `insert into contact_ways (kind, label, value, hours, position)
		select $1::text, $2::jsonb, $3::text, $4::jsonb, coalesce(max(position), -1) + 1 from contact_ways returning id, position`, fixed,
		w.Kind, w.Label, w.Value, w.Hours).Scan(&w.ID, &w.Position)
	if err != nil {
		return fmt.Errorf("add a way to reach the provider: %w", err)
	}
	return nil
}

// SaveContactWay changes a way to reach the provider, but for its position.
func (d *DB) SaveContactWay(ctx context.Context, w ContactWay) error {
	if _, err := d.bun.NewUpdate().Model(&w).Column("kind", "label", "value", "hours").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save a way to reach the provider: %w", err)
	}
	return nil
}

// OrderContactWays puts the ways to reach the provider in the order of their ids.
func (d *DB) OrderContactWays(ctx context.Context, ids []int64) error {
	return d.place(ctx, orderWays, "id", ids)
}

// RemoveContactWay removes a way to reach the provider; ErrNotFound if there is none by that id.
func (d *DB) RemoveContactWay(ctx context.Context, id int64) error {
	return d.remove(ctx, "a way to reach the provider", `delete from contact_ways where id = $1`, id)
}

// SaveCategory changes what a category of the catalog is called and for.
func (d *DB) SaveCategory(ctx context.Context, c Category) error {
	if _, err := d.bun.NewUpdate().Model(&c).Column("name", "purpose").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save a category: %w", err)
	}
	return nil
}

// OrderCategories puts categories in the order of their keys.
func (d *DB) OrderCategories(ctx context.Context, keys []string) error {
	return d.place(ctx, orderCategories, "key", keys)
}

// SaveItem changes what an item of the catalog is called and where it stands; its key and type stay.
func (d *DB) SaveItem(ctx context.Context, i Item) error {
	if _, err := d.bun.NewUpdate().Model(&i).Column("category", "type_name", "name", "purpose", "submit").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save an item: %w", err)
	}
	return nil
}

// OrderItems puts items in the order of their keys.
func (d *DB) OrderItems(ctx context.Context, keys []string) error {
	return d.place(ctx, orderItems, "key", keys)
}

// SetUpProgress is how much of what the provider sets up is there.
type SetUpProgress struct {
	Services, Queues, Staff, Items, Accounts, Contacts, Rules, Targets, Days, Ways int
	Named                                                                          bool // the provider has said what it is called
}

// SetUpProgress counts what the provider has set up. What every portal has from the start is not counted.
func (d *DB) SetUpProgress(ctx context.Context) (p SetUpProgress, err error) {
	err = d.fast.QueryRow(ctx, `
		select (select count(*) from services), (select count(*) from queues),
		       (select count(*) from people where staff and disabled_at is null),
		       (select count(*) from items where key <> 'general-request'),
		       (select count(*) from accounts where id::text not in (select value from settings where key = 'reception')),
		       (select count(*) from people where not staff and email <> $1),
		       (select coalesce(max(version), 0) from rule_versions), (select count(*) from response_targets),
		       (select count(distinct weekday) from business_hours), (select count(*) from contact_ways),
		       exists (select from settings where key = 'provider')`, fixed, NobodyEmail).
		Scan(&p.Services, &p.Queues, &p.Staff, &p.Items, &p.Accounts, &p.Contacts, &p.Rules, &p.Targets, &p.Days, &p.Ways, &p.Named)
	if err != nil {
		return p, fmt.Errorf("count what is set up: %w", err)
	}
	return p, nil
}

// QueuePeople counts who may sign in and works in each queue, by its id.
func (d *DB) QueuePeople(ctx context.Context) (map[int64]int, error) {
	rows, err := d.fast.Query(ctx, `select g.queue_id, count(distinct g.person_id) from grants g join people p on p.id = g.person_id
		where g.queue_id is not null and p.disabled_at is null group by g.queue_id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("count who works in queues: %w", err)
	}
	all := map[int64]int{}
	var queue int64
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&queue, &n}, func() error { all[queue] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count who works in queues: %w", err)
	}
	return all, nil
}
