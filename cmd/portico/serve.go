package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"portico/db"
	"portico/db/demo"
	"portico/db/demo/crowd"
	"portico/db/standard"
	"portico/handlers"
	"portico/handlers/desk"
	"portico/handlers/jobs"
	"portico/handlers/mail"
	"portico/policy"
	"portico/static"
	"portico/views"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Grace given to what is under way when the portal stops.
const (
	requestGrace = 10 * time.Second
	jobGrace     = 10 * time.Second
)

// reloadAgain is how long a policy that could not be read is left alone.
const reloadAgain = 200 * time.Millisecond

func serve(ctx context.Context, args []string) error {
	fs := newFlags("serve")
	c, err := configure(fs, args)
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usage(fmt.Sprintf("%q is not needed: portico serve --help.", fs.Arg(0)))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the process as signals do, in the middle of a drain too

	s := &server{config: c, log: newLog(c.level)}
	err = s.run(ctx)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil // interrupted while it started
	}
	return err
}

// server is a running portal. What it is made of is closed in the opposite order.
type server struct {
	config
	log     *slog.Logger
	began   time.Time
	closers []closer
}

type closer struct {
	name  string
	close func() error
}

// later has something closed when the portal stops, before what was opened earlier.
func (s *server) later(name string, close func() error) {
	s.closers = append(s.closers, closer{name, close})
	s.log.Debug("started", "what", name, "after", time.Since(s.began).Round(time.Millisecond))
}

func (s *server) closeAll() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		c, began := s.closers[i], time.Now()
		if err := c.close(); err != nil {
			s.log.Error("did not stop as it should", "what", c.name, "error", err)
		}
		s.log.Debug("stopped", "what", c.name, "took", time.Since(began).Round(time.Millisecond))
	}
}

// run starts the portal and serves it until the context ends. What could be wrong with the configuration is found out
// before anything slow.
func (s *server) run(ctx context.Context) error {
	s.began = time.Now()
	leaveRoom()
	defer s.closeAll()

	bundle, err := static.Load()
	if err != nil {
		return err
	}
	listener, err := listen("PORTICO_ADDR", s.Addr)
	if err != nil {
		return err
	}
	s.later("listener", func() error { return ignoreClosed(listener.Close()) })
	if s.url == nil {
		s.url = &url.URL{Scheme: "http", Host: fmt.Sprintf("localhost:%d", listener.Addr().(*net.TCPAddr).Port)}
	}
	store, err := openStore(ctx, &s.config, s.log)
	if err != nil {
		return err
	}
	s.later("database", func() error { store.close(); return nil })
	if err := s.lookAtWall(ctx, store.DB); err != nil {
		return err
	}
	if err := s.fill(ctx, store.DB); err != nil {
		return err
	}
	app, err := s.assemble(ctx, store.DB, bundle)
	if err != nil {
		return err
	}
	if err := s.exposeMetrics(app.Metrics); err != nil {
		return err
	}

	failed := make(chan error, 1)
	go func() { failed <- app.Fiber().Listener(app.Door(listener, s.places())) }()
	s.later("requests", func() error {
		app.EndStreams()
		return app.Fiber().ShutdownWithTimeout(requestGrace)
	})
	s.announce(listener.Addr())
	select {
	case <-ctx.Done():
		return s.drain(app.Health, failed)
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// drain says that this copy is about to go, and goes on serving until balancers have had the time to hear of it: whoever
// still comes is answered, and comes back on another connection. Streams are open until the end of it, as pages that
// lose theirs connect again through the same balancer.
func (s *server) drain(health *handlers.Health, failed <-chan error) error {
	health.Stop()
	if s.Drain > 0 {
		s.log.Info("draining", "for", s.Drain.String())
		select {
		case <-time.After(s.Drain):
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		}
	}
	s.log.Info("stopping")
	return nil
}

// lookAtWall says so when the database does not hold the program to what people may see: the portal itself still does.
func (s *server) lookAtWall(ctx context.Context, d *db.DB) error {
	stands, err := d.WallStands(ctx)
	if err == nil && !stands {
		s.log.Warn("the second wall is down: PostgreSQL does not hold this program to what people may see. It stands where the role of " +
			"DATABASE_URL is another than the one that owns the schema, once a copy starts, or portico migrate runs, while no older version is connected")
	}
	return err
}

// fill makes sure that there is something to serve: the demo, where that is asked for, or what somebody set up.
func (s *server) fill(ctx context.Context, d *db.DB) error {
	if err := policy.Establish(d.PolicyLines()); err != nil {
		return err
	}
	switch err := crowd.Whole(ctx, d); {
	case errors.Is(err, crowd.ErrUnfinished):
		return errors.New("only a part of what portico seed fills this database with is there: the same command goes on with it, and then it can be served")
	case err != nil:
		return err
	case s.Demo:
		if err := demo.Fill(ctx, d, time.Now()); err != nil {
			return err
		}
	}
	untouched, err := d.Untouched(ctx)
	switch {
	case err != nil:
		return err
	case untouched:
		return errors.New("nobody can sign in yet: create the first platform administrator with portico admin create, " +
			"or look around in a demo with portico serve --demo")
	}
	return standard.Establish(ctx, d, time.Now())
}

// assemble wires the portal's parts and starts those that work by themselves.
func (s *server) assemble(ctx context.Context, d *db.DB, bundle *static.Bundle) (*handlers.App, error) {
	files, err := s.openFiles(ctx)
	if err != nil {
		return nil, err
	}
	s.later("files", files.Close)
	judge, err := policy.NewJudge(d.PolicyLines())
	if err != nil {
		return nil, err
	}
	verbs := &desk.Desk{
		DB: d, Judge: judge, Files: files, Clock: time.Now, Log: s.log, Secret: s.key(), URL: s.url.String(), Limit: desk.DefaultLimits,
		Opened: make(chan struct{}, 1),
	}
	settings := handlers.Config{URL: s.url, Secret: s.key(), Proxies: s.proxies, SendsMail: s.SMTPURL != "", Demo: s.Demo}
	if s.Demo {
		settings.Password = demo.Password
		for _, in := range demo.SignIns {
			settings.SignIns = append(settings.SignIns, in.Email)
		}
	}
	// Streams outlive the signal to stop: they end after the drain.
	app, err := handlers.New(context.WithoutCancel(ctx), handlers.App{
		Config: settings, DB: d, Desk: verbs, Judge: judge, Bundle: bundle, Log: s.log, Clock: time.Now,
		Health: handlers.NewHealth(d, verbs), Metrics: handlers.NewMetrics(d),
	})
	if err != nil {
		return nil, err
	}
	if err := s.work(ctx, verbs, app.Metrics); err != nil {
		return nil, err
	}
	s.hear(d, judge, app)
	return app, nil
}

// work starts the background jobs. They have a context of their own: they are stopped, not cut off.
func (s *server) work(ctx context.Context, verbs *desk.Desk, metrics *handlers.Metrics) error {
	sender, err := s.sender(ctx, verbs.DB)
	if err != nil {
		return err
	}
	workers, err := jobs.New(verbs, sender, quieter(s.log))
	if err != nil {
		return err
	}
	events, unsubscribe := workers.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobCancelled)
	go metrics.Jobs(events)
	if err := workers.Start(context.Background()); err != nil {
		return fmt.Errorf("background jobs: %w", err)
	}
	s.later("jobs", func() error { defer unsubscribe(); return stopJobs(workers) })
	following, stop := context.WithCancel(context.Background())
	followed := make(chan struct{})
	go func() { defer close(followed); jobs.Follow(following, verbs) }()
	s.later("shadows", func() error { stop(); <-followed; return nil })
	return nil
}

// sender is what mail goes out by; nil where no server is set.
func (s *server) sender(ctx context.Context, d *db.DB) (*mail.Sender, error) {
	if s.SMTPURL == "" {
		return nil, nil
	}
	provider, err := d.Setting(ctx, "provider", "Portico")
	if err != nil {
		return nil, err
	}
	sender, err := mail.NewSender(mail.Server{URL: s.SMTPURL, Provider: provider, Host: s.url.Hostname(), ReplyTo: s.ReplyTo, DKIM: s.dkim})
	if err != nil {
		return nil, fmt.Errorf("PORTICO_SMTP_URL: %w", err)
	}
	return sender, nil
}

func stopJobs(workers *river.Client[pgx.Tx]) error {
	ctx, cancel := context.WithTimeout(context.Background(), jobGrace)
	defer cancel()
	return workers.Stop(ctx)
}

// hear follows what any copy changes. The policy is read again before those who depend on it hear of it.
func (s *server) hear(d *db.DB, judge *policy.Judge, app *handlers.App) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Listen(ctx, s.log, func(t db.Topic) {
			if t == db.PolicyChanged || t == db.Everything {
				s.reload(ctx, judge)
			}
			app.Hear(t)
		})
	}()
	s.later("changes", func() error { cancel(); <-done; return nil })
}

// reload reads the policy anew, until that succeeds: right after the database came back, connections may still fail that
// were open when it went, and nothing would tell of the change again.
func (s *server) reload(ctx context.Context, judge *policy.Judge) {
	for {
		err := judge.Reload()
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Warn("the policy in force is an old one", "error", err, "again_in", reloadAgain)
		select {
		case <-ctx.Done():
		case <-time.After(reloadAgain):
		}
	}
}

// exposeMetrics serves /metrics on a listener of its own, where one is asked for.
func (s *server) exposeMetrics(m *handlers.Metrics) error {
	if s.MetricsAddr == "" {
		return nil
	}
	listener, err := listen("PORTICO_METRICS_ADDR", s.MetricsAddr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("metrics are not served any more", "error", err)
		}
	}()
	s.later("metrics", server.Close)
	s.log.Info("metrics are served", "address", listener.Addr().String())
	return nil
}

// announce tells who started the portal where it is and, in a demo, whom to be.
func (s *server) announce(at net.Addr) {
	var out strings.Builder
	fmt.Fprintf(&out, "\nPortico is ready: %s\n", s.url)
	if s.Demo {
		fmt.Fprintln(&out)
		table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  Sign in as\twho is")
		for _, in := range demo.SignIns {
			fmt.Fprintf(table, "  %s\t%s\n", in.Email, describe(in))
		}
		_ = table.Flush() // a strings.Builder takes everything
		fmt.Fprintf(&out, "\n  The password of all of them is %s\n", demo.Password)
	}
	fmt.Println(out.String())
	s.log.Info("ready", "address", at.String(), "url", s.url.String(), "version", buildVersion(), "after", time.Since(s.began).Round(time.Millisecond))
}

// describe says in a few words who somebody of the demo is.
func describe(in demo.SignIn) string {
	var parts []string
	said := map[db.Role]int{}
	for _, g := range in.Grants {
		role := views.T("en", "session.role."+string(g.Role))
		switch i, again := said[g.Role]; {
		case again:
			parts[i] += ", " + g.Queue
			continue
		case g.Queue != "":
			role += " of " + g.Queue
		case g.Reach == db.AndBelow:
			role += " at " + g.At + " and below"
		case g.At != "":
			role += " at " + g.At
		}
		said[g.Role] = len(parts)
		parts = append(parts, role)
	}
	if in.Language != "en" {
		parts = append(parts, "in French")
	}
	return strings.Join(parts, "; ")
}

// listen takes an address, or says in a sentence why it can't.
func listen(variable, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program: stop that, or choose another address with %s", address, variable)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("you may not listen on %s: choose a port above 1023 with %s", address, variable)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: choose an address of this machine with %s (%w)", address, variable, err)
	}
	return listener, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
