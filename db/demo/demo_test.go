package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
)

// lines reads a query's single column.
func lines(t testing.TB, d *db.DB, sql string, args ...any) []string {
	t.Helper()
	rows, err := d.Pool().Query(context.Background(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

func TestWorld(t *testing.T) {
	d := dbtest.Demo(t)
	for _, test := range []struct{ fact, sql, want string }{
		{"accounts", `
			select concat_ws(' | ', a.name, a.client_number, coalesce(p.name, '–'), a.tier, a.time_zone, a.contacts_see,
				(select string_agg(name, ', ' order by id) from locations l where l.account_id = a.id))
			  from accounts a left join accounts p on p.id = a.parent_id order by a.client_number`, `
			Maple Foods | 100200 | – | gold | America/Toronto | own | Head Office Montréal
			Maple Foods East | 100210 | Maple Foods | gold | America/Moncton | own | Moncton Office, Dartmouth Warehouse
			Maple Foods Halifax Plant | 100211 | Maple Foods East | gold | America/Halifax | own | Halifax Plant 1, Halifax Plant 2
			Maple Foods West | 100220 | Maple Foods | standard | America/Edmonton | own | Calgary Distribution Centre, Vancouver Cold Store
			Harbour Clinics | 200300 | – | standard | America/St_Johns | own | St. John's Clinic, Corner Brook Clinic
			Harbour Clinics North | 200310 | Harbour Clinics | standard | America/Goose_Bay | account | Goose Bay Clinic`},
		{"sign-ins", `
			select concat_ws(' | ', p.email, coalesce(h.name, 'staff'), p.language, (
				select string_agg(concat_ws(' ', g.role, a.name, g.reach, q.name), ' + ' order by g.id)
				  from grants g left join accounts a on a.id = g.account_id left join queues q on q.id = g.queue_id where g.person_id = p.id))
			  from people p left join accounts h on h.id = p.account_id order by p.id`, `
			customer@maple.test | Maple Foods East | en | customer Maple Foods East account
			colleague@maple.test | Maple Foods East | fr | customer Maple Foods East account
			plant@maple.test | Maple Foods Halifax Plant | en | customer Maple Foods Halifax Plant account
			west@maple.test | Maple Foods West | en | customer Maple Foods West account
			manager@maple.test | Maple Foods East | en | customer Maple Foods East account + case-manager Maple Foods East below
			admin@maple.test | Maple Foods | en | customer Maple Foods account + customer-administrator Maple Foods below
			site-admin@maple.test | Maple Foods East | en | customer Maple Foods East account + customer-administrator Maple Foods East account
			reports@maple.test | Maple Foods | en | customer Maple Foods account + reports Maple Foods below
			customer@harbour.test | Harbour Clinics | en | customer Harbour Clinics account
			manager@harbour.test | Harbour Clinics | en | customer Harbour Clinics account + case-manager Harbour Clinics below
			agent@boreal.test | staff | en | agent Voice + agent Data & Network + agent Service Desk
			agent2@boreal.test | staff | en | agent Change Desk + agent Billing + agent Security
			lead@boreal.test | staff | en | team-lead Voice + team-lead Data & Network + team-lead Security + team-lead Change Desk + team-lead Billing + team-lead Service Desk
			platform@boreal.test | staff | en | platform-administrator`},
		{"services", `
			select concat_ws(' | ', f.key, (select string_agg(value, ', ' order by position) from services s where s.family = f.key),
				(select string_agg(o ->> 'value', ' · ' order by n) from jsonb_array_elements(issue_types) with ordinality i(o, n)))
			  from families f order by f.key = 'security', f.key = 'data'`, `
			voice | 911 service, Hosted Voice, SIP Trunking | No dial tone · Cannot make calls · Cannot receive calls · Poor call quality · Calls drop · Other
			data | Fibre Internet, Cable Internet, SD-WAN, Co-Managed VPN | No connection · Slow connection · Packet loss · Cannot reach a site · Other
			security | Managed Firewall | Traffic blocked · Suspicious activity · Other`},
		{"products", `
			select concat_ws(' | ', a.name, l.name, string_agg(s.value, ', ' order by s.position))
			  from products p join accounts a on a.id = p.account_id join locations l on l.id = p.location_id and l.account_id = a.id
			  join services s on s.id = p.service_id group by a.id, l.id order by a.client_number, l.id`, `
			Maple Foods | Head Office Montréal | 911 service, Hosted Voice, Fibre Internet, SD-WAN, Managed Firewall
			Maple Foods East | Moncton Office | 911 service, Hosted Voice, SIP Trunking, Fibre Internet, SD-WAN, Managed Firewall
			Maple Foods East | Dartmouth Warehouse | Hosted Voice, Cable Internet, Co-Managed VPN
			Maple Foods Halifax Plant | Halifax Plant 1 | 911 service, Hosted Voice, SD-WAN
			Maple Foods Halifax Plant | Halifax Plant 2 | Cable Internet, Co-Managed VPN
			Maple Foods West | Calgary Distribution Centre | 911 service, Hosted Voice, Fibre Internet
			Maple Foods West | Vancouver Cold Store | SIP Trunking, SD-WAN
			Harbour Clinics | St. John's Clinic | 911 service, Hosted Voice, Cable Internet
			Harbour Clinics | Corner Brook Clinic | Co-Managed VPN
			Harbour Clinics North | Goose Bay Clinic | 911 service, Hosted Voice, Fibre Internet`},
		{"catalog", `
			select concat_ws(' | ', i.key, i.name ->> 'en', coalesce(c.name ->> 'en', '(home)'), i.type)
			  from items i left join categories c on c.key = i.category order by i.position`, `
			report-issue | Report an Issue | (home) | Issue
			technical-change-request | Technical Change Request | Technical Support | Change Request
			billing-inquiry | Billing Inquiry | Customer Service | Billing Inquiry`},
		{"questions", `
			select concat_ws(' | ', v.item, (select string_agg(q ->> 'key', ', ' order by n)
				from jsonb_array_elements(v.form -> 'questions') with ordinality e(q, n) where q ->> 'kind' <> 'files'))
			  from form_versions v order by v.id`, `
			report-issue | account, all_locations, locations, service, additional, additional_services, issue_type, intermittent, description, urgent, urgent_reason
			technical-change-request | account, service, change_type, description
			billing-inquiry | account, topic, contact_by, description`},
		{"fixed choices", `
			select q ->> 'key' || ': ' || (select string_agg(o ->> 'value', ' · ' order by n) from jsonb_array_elements(q -> 'options') with ordinality e(o, n))
			  from form_versions v, jsonb_array_elements(v.form -> 'questions') q where q ->> 'key' in ('change_type', 'topic', 'contact_by') order by v.id, q ->> 'key' desc`, `
			change_type: Add or remove a hunt group · Add or remove a user · Change call forwarding · Change bandwidth · Change routing · Change a firewall rule · Other
			topic: Incorrect charge · Payment · Copy of an invoice · Contract · Cancellation · Other
			contact_by: email · phone`},
		{"queues", `select string_agg(name, ', ' order by position) from queues`, `
			Voice, Data & Network, Security, Change Desk, Billing, Service Desk`},
		{"response targets", `
			select concat_ws(' | ', priority, minutes / 60, business_hours, coalesce(tier, 'all')) from response_targets order by priority`, `
			1 | 1 | f | all
			2 | 4 | t | all
			3 | 8 | t | all
			4 | 16 | t | all`},
		{"business hours", `select concat_ws(' | ', weekday, opens / 60, closes / 60) from business_hours order by 1`, `
			1 | 8 | 18
			2 | 8 | 18
			3 | 8 | 18
			4 | 8 | 18
			5 | 8 | 18`},
		{"holidays of a year", `select concat_ws(' ', day, name ->> 'en') from holidays where day between '2026-01-01' and '2026-12-31' order by day`, `
			2026-01-01 New Year's Day
			2026-04-03 Good Friday
			2026-05-18 Victoria Day
			2026-07-01 Canada Day
			2026-09-07 Labour Day
			2026-09-30 National Day for Truth and Reconciliation
			2026-10-12 Thanksgiving Day
			2026-11-11 Remembrance Day
			2026-12-25 Christmas Day
			2026-12-28 Boxing Day`},
	} {
		t.Run(test.fact, func(t *testing.T) {
			var want []string
			for line := range strings.Lines(strings.TrimSpace(test.want)) {
				want = append(want, strings.TrimSpace(line))
			}
			got := lines(t, d, test.sql)
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}

	t.Run("everybody signs in with the one password", func(t *testing.T) {
		for _, hash := range lines(t, d, `select distinct password_hash from people`) {
			if ok, err := argon2id.ComparePasswordAndHash("portico-demo", hash); !ok || err != nil {
				t.Errorf("not with that of %s: %v", hash, err)
			}
		}
	})

	t.Run("everything is said in both languages", func(t *testing.T) {
		for _, column := range []string{
			"families.name", "services.name", "categories.name", "categories.purpose", "items.name", "items.type_name", "items.purpose",
			"items.submit", "articles.heading", "articles.title", "articles.body", "incidents.title", "contact_ways.label", "holidays.name",
		} {
			table, name, _ := strings.Cut(column, ".")
			for _, said := range lines(t, d, "select "+name+"::text from "+table) {
				var text map[string]string
				if err := json.Unmarshal([]byte(said), &text); err != nil || text["en"] == "" || text["fr"] == "" {
					t.Errorf("%s: %s %v", column, said, err)
				}
			}
		}
	})

	t.Run("a service that an incident affects is not called running", func(t *testing.T) {
		got := lines(t, d, `select s.value || ' ' || s.state from incidents i join services s on s.id = any (i.service_ids) where i.ended_at is null`)
		if !slices.Equal(got, []string{"Cable Internet degraded"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestFill(t *testing.T) {
	ctx := context.Background()
	all := []string{
		`select to_jsonb(c)::text from cases c order by id`,
		`select to_jsonb(e)::text from events e order by id`,
		`select (to_jsonb(p) - 'password_hash')::text from people p order by id`,
		`select to_jsonb(g)::text from grants g order by id`,
		`select (to_jsonb(a) - 'words_en' - 'words_fr')::text from articles a order by id`,
		`select to_jsonb(i)::text from incidents i order by id`,
		`select key || value from settings order by key`,
	}
	read := func(t *testing.T, d *db.DB) (rows []string) {
		t.Helper()
		for _, sql := range all {
			rows = append(rows, lines(t, d, sql)...)
		}
		return rows
	}
	state := func(t *testing.T, d *db.DB) demo.State {
		t.Helper()
		s, err := demo.StateOf(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}

	t.Run("it is the same every time", func(t *testing.T) {
		d := dbtest.New(t)
		if got := state(t, d); got != demo.Empty {
			t.Fatalf("before it is %s", got)
		}
		if err := demo.Fill(ctx, d, dbtest.Now); err != nil {
			t.Fatal(err)
		}
		if got := state(t, d); got != demo.Filled {
			t.Fatalf("after it is %s", got)
		}
		first := read(t, d)
		if second := read(t, dbtest.Demo(t)); !slices.Equal(first, second) {
			t.Error("two fillings differ")
		}
		if err := demo.Fill(ctx, d, dbtest.Now.AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		if again := read(t, d); !slices.Equal(first, again) {
			t.Error("filled again, it changed")
		}
	})

	t.Run("somebody's own database is left alone", func(t *testing.T) {
		d := dbtest.New(t)
		if err := db.Add(ctx, d, []db.Account{{Name: "Own", ClientNumber: "1", ContactsSee: db.SeeOwn}}); err != nil {
			t.Fatal(err)
		}
		if got := state(t, d); got != demo.Foreign {
			t.Errorf("it is %s", got)
		}
		if err := demo.Fill(ctx, d, dbtest.Now); !errors.Is(err, demo.ErrForeign) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("copies that start at once fill it once", func(t *testing.T) {
		d := dbtest.New(t)
		failed := make(chan error)
		for range 3 {
			go func() { failed <- demo.Fill(ctx, d, dbtest.Now) }()
		}
		for range 3 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if n := len(lines(t, d, `select email from people`)); n != len(demo.SignIns) {
			t.Errorf("there are %d people", n)
		}
	})

	t.Run("on any day and at any hour", func(t *testing.T) {
		for _, now := range []time.Time{
			time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC), time.Date(2027, 3, 14, 7, 30, 0, 0, time.UTC), time.Date(2028, 2, 29, 23, 59, 0, 0, time.UTC),
		} {
			d := dbtest.New(t)
			if err := demo.Fill(ctx, d, now); err != nil {
				t.Errorf("%v: %v", now, err)
				continue
			}
			checkPast(t, d, now)
		}
	})
}

func BenchmarkFill(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		b.StopTimer()
		d := dbtest.New(b)
		b.StartTimer()
		if err := demo.Fill(ctx, d, dbtest.Now); err != nil {
			b.Fatal(err)
		}
	}
}
