package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
)

const fileGroup = "A list as a file"

// exported is how many cases the list should have that is exported, at most.
const exported = 100_000

// peeks is how often memory is looked at while a file is on its way.
const peeks = 50 * time.Millisecond

// files measures the export of a long list: how long it takes beside the bare rows, and what the portal occupies meanwhile.
func (b *bench) files(ctx context.Context) error {
	const name = "cases as CSV"
	if !b.wants(fileGroup, name) {
		return nil
	}
	b.now(fileGroup, name)
	v := b.people.agent
	from, n, err := b.since(ctx, v)
	if err != nil {
		return wrong(fileGroup, name, err)
	}
	path := "/cases.csv?" + url.Values{"from": {from.Format(time.DateOnly)}}.Encode()
	before, err := b.settledMemory(ctx)
	if err != nil {
		return wrong(fileGroup, name, err)
	}
	lines, peak, err := b.peak(ctx, func() (int, error) { return v.lines(ctx, path) })
	if err == nil && lines != n+1 {
		err = fmt.Errorf("the file has %d lines, of %d cases and a head", lines, n)
	}
	if err != nil {
		return wrong(fileGroup, name, err)
	}
	grown := b.report.value(fileGroup, thousands(float64(n))+" "+name+", memory while it is written", float64(max(peak-before, 0))/megabyte, "MB")
	grown.Aim = withinMegabytes(50)
	grown.Aim.judge(grown.Value.Number)

	conn, err := b.connect(ctx)
	if err != nil {
		return wrong(fileGroup, name, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	r := &reader{conn: conn, into: map[string][]any{}}
	bare := db.Statement{SQL: `select c.id, c.type, c.short_description, c.state, c.priority, c.created_at, c.updated_at, r.first_name, r.last_name, a.name, p.service_id
		  from cases c join people r on r.id = c.requester_id join accounts a on a.id = c.account_id left join products p on p.id = c.product_id
		 where c.created_at >= $1 order by c.updated_at desc, c.id desc`, Args: []any{from}}
	clients := b.Clients
	b.Clients = 1
	defer func() { b.Clients = clients }()
	f, err := b.versusTimes(ctx, fileGroup, thousands(float64(n))+" "+name, timesFloor(3),
		func(ctx context.Context, _ int) error {
			_, err := v.lines(ctx, path)
			return err
		},
		func(ctx context.Context, _ int) error { return r.read(ctx, bare, nil) }, 3*(b.rounds()+1))
	if err == nil {
		f.Note = "floor: its rows by bare pgx"
	}
	return err
}

// since finds a day since which at most so many cases were opened as are to be exported, and how many they are.
func (b *bench) since(ctx context.Context, v *visitor) (from time.Time, n int, err error) {
	zone := v.who.Person.TimeZone
	if zone == "" {
		if zone, err = b.db.Setting(ctx, desk.SettingZone, "UTC"); err != nil {
			return from, 0, err
		}
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return from, 0, fmt.Errorf("the zone of whoever exports: %w", err)
	}
	see := b.judge.Scope(v.who, policy.See)
	year, month, day := time.Now().In(at).Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, at)
	few, many := 0, 20*366 // days
	for few+1 < many {
		days := (few + many) / 2
		count, err := b.db.CountCases(ctx, see, db.CaseFilter{From: today.AddDate(0, 0, -days)}, exported+1)
		if err != nil {
			return from, 0, err
		}
		if count > exported {
			many = days
		} else {
			few, n = days, count
		}
	}
	return today.AddDate(0, 0, -few), n, nil
}

// peak does something, and tells the most that the portal occupied meanwhile.
func (b *bench) peak(ctx context.Context, do func() (int, error)) (n int, most int64, err error) {
	ctx, done := context.WithCancel(ctx)
	looked := make(chan int64)
	go func() {
		var most int64
		for tick := time.NewTicker(peeks); ; {
			if now, err := b.meters.memory(ctx); err == nil {
				most = max(most, now)
			}
			select {
			case <-ctx.Done():
				tick.Stop()
				looked <- most
				return
			case <-tick.C:
			}
		}
	}()
	n, err = do()
	done()
	return n, <-looked, err
}

// lines takes a file in, and counts its lines. It is not kept.
func (v *visitor) lines(ctx context.Context, path string) (n int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.portal.url.Scheme+"://"+v.portal.url.Host+path, nil)
	if err != nil {
		return 0, fmt.Errorf("ask for a file: %w", err)
	}
	request.Header.Set("Cookie", v.cookie)
	request.Header.Set("User-Agent", "portico bench")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask for a file: %w", err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("ask for a file: %s", r.Status)
	}
	part := make([]byte, 64<<10)
	for {
		got, err := r.Body.Read(part)
		n += bytes.Count(part[:got], []byte{'\n'})
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("take a file in: %w", err)
		}
	}
}
