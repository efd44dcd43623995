package main

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db/demo"
	"portico/db/embedded"

	"github.com/jackc/pgx/v5"
)

// One demo, from its first start to its last.
func TestServeDemo(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	first := programtest.Serve(t, nil, "--demo", "--data", data)
	v := first.Ready()

	first.Says(regexp.MustCompile(`The password of all of them is (\S+)`)) // the last of what it prints
	printed := first.Out.String()
	for _, in := range demo.SignIns {
		if !strings.Contains(printed, in.Email) {
			t.Errorf("it doesn't print that one can sign in as %s", in.Email)
		}
	}
	if !strings.Contains(printed, demo.Password) {
		t.Error("it doesn't print the password")
	}
	for _, who := range []string{"dashboards & reports at Maple Foods and below", "customer at Maple Foods East; in French"} {
		if !strings.Contains(printed, who) {
			t.Errorf("it doesn't say who is %s", who)
		}
	}
	if got := v.Get("/readyz"); got.Status != http.StatusOK {
		t.Errorf("not ready: %s", got.Text)
	}
	if got := v.Get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("not alive: %d", got.Status)
	}
	v.SignIn("customer@maple.test", demo.Password)

	t.Run("a port that is taken", func(t *testing.T) {
		status, _, stderr := programtest.Run(t, programtest.Command(t, nil, "serve", "--addr", strings.TrimPrefix(v.URL, "http://"), "--data", filepath.Join(programtest.Folder(t), "data")))
		programtest.IsSentence(t, status, stderr, "is taken by another program")
	})
	t.Run("a second copy joins the same data", func(t *testing.T) {
		second := programtest.Serve(t, nil, "--demo", "--data", data)
		if !v.At(second.Ready()).SignedIn() {
			t.Error("a session does not hold in the other copy")
		}
		second.Stop(syscall.SIGTERM)
	})
	t.Run("without the demo it serves what is there", func(t *testing.T) {
		plain := programtest.Serve(t, nil, "--data", data)
		if !v.At(plain.Ready()).SignedIn() {
			t.Error("a session does not hold")
		}
		plain.Stop(syscall.SIGINT)
		if strings.Contains(plain.Out.String(), demo.Password) {
			t.Error("it prints the demo's password")
		}
	})

	socket := filepath.Join(data, "postgres.run", ".s.PGSQL.5432")
	if _, err := os.Stat(socket); err != nil {
		t.Errorf("no socket while it runs: %v", err)
	}
	listening := v.Listen("/live?on=cases")
	began := time.Now()
	first.Stop(syscall.SIGINT)
	if took := time.Since(began); took > requestGrace/2 {
		t.Errorf("it waits for a page that listens: %s", took)
	}
	<-listening
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("PostgreSQL is left behind: %v", err)
	}

	second := programtest.Serve(t, nil, "--demo", "--data", data)
	if v = v.At(second.Ready()); !v.SignedIn() {
		t.Error("the second start has lost a session")
	}
	if err := second.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	second.End()

	third := programtest.Serve(t, nil, "--demo", "--data", data)
	if !v.At(third.Ready()).SignedIn() {
		t.Error("the start after a kill has lost a session")
	}
	third.Stop(syscall.SIGTERM)
}

// A portal of one's own, from nothing.
func TestServeOwn(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	status, _, stderr := programtest.Run(t, programtest.Command(t, nil, "serve", "--addr", "127.0.0.1:0", "--data", data))
	programtest.IsSentence(t, status, stderr, "portico admin create")

	create := func(password string) (int, string, string) {
		cmd := programtest.Command(t, nil, "admin", "create", "--data", data, "--email", "ada@boreal.test", "--name", "Ada King", "--password-stdin")
		cmd.Stdin = strings.NewReader(password + "\n")
		return programtest.Run(t, cmd)
	}
	status, _, stderr = create("short")
	programtest.IsSentence(t, status, stderr, "Password: Choose a password of at least 12 characters")
	if status, out, stderr := create("three quiet herons"); status != 0 || !strings.Contains(out, "ada@boreal.test") {
		t.Fatalf("the administrator is not created: %d %s%s", status, out, stderr)
	}
	status, _, stderr = create("three quiet herons")
	programtest.IsSentence(t, status, stderr, "first administrator")

	p := programtest.Serve(t, nil, "--data", data)
	v := p.Ready()
	v.SignIn("ADA@boreal.test", "three quiet herons")
	if got := v.Get("/readyz"); got.Status != http.StatusOK {
		t.Errorf("not ready: %s", got.Text)
	}
	p.Stop(syscall.SIGINT)

	status, _, stderr = programtest.Run(t, programtest.Command(t, nil, "serve", "--demo", "--addr", "127.0.0.1:0", "--data", data))
	programtest.IsSentence(t, status, stderr, "not the demo's")
}

// A PostgreSQL of one's own, which comes and goes.
func TestServeWithDatabase(t *testing.T) {
	t.Parallel()
	dir := programtest.Folder(t)
	database := func() *embedded.Server {
		// One that is thrown away would forget, when it stops, what was committed last.
		s, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop(context.Background()) })
		return s
	}
	s := database()
	owner := s.URL(embedded.Owner, embedded.Database)
	limited := []string{
		"DATABASE_URL=" + s.URL(embedded.Program, embedded.Database),
		"PORTICO_SECRET=0123456789abcdef0123456789abcdef", "PORTICO_FILES=" + filepath.Join(dir, "files"),
	}
	environment := append([]string{"PORTICO_DEMO=1", "PORTICO_OWNER_URL=" + owner}, limited...)

	t.Run("a role that may not migrate, where that is needed", func(t *testing.T) {
		status, _, stderr := programtest.Run(t, programtest.Command(t, limited, "serve", "--addr", "127.0.0.1:0"))
		programtest.IsSentence(t, status, stderr, "PORTICO_OWNER_URL")
	})

	// Two copies that start at once, on nothing.
	one, other := programtest.Serve(t, environment), programtest.Serve(t, environment)
	v, w := one.Ready(), other.Ready()
	v.SignIn("platform@boreal.test", demo.Password)
	if !v.At(w).SignedIn() {
		t.Error("a session does not hold in the other copy")
	}
	other.Stop(syscall.SIGTERM)

	t.Run("a role that may not migrate, where nothing is left to do", func(t *testing.T) {
		p := programtest.Serve(t, limited)
		p.Ready()
		p.Stop(syscall.SIGTERM)
	})

	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/sessions", "/readyz"} {
		if got := v.Until(path, http.StatusServiceUnavailable); got.Header.Get("Retry-After") == "" {
			t.Errorf("%s says nothing of when to come back", path)
		}
	}
	if got := v.Get("/healthz"); got.Status != http.StatusOK {
		t.Error("it is not alive without its database")
	}
	t.Run("a database that is away", func(t *testing.T) {
		status, _, stderr := programtest.Run(t, programtest.Command(t, environment, "serve", "--addr", "127.0.0.1:0"))
		programtest.IsSentence(t, status, stderr, "the database can't be reached")
	})
	database()
	v.Until("/readyz", http.StatusOK)
	// Each connection that broke just now may be found out by one more request.
	if got := v.Until("/sessions", http.StatusOK); got.Path != "/sessions" {
		t.Errorf("it recovers, but has lost a session: %s", got.Path)
	}
	one.Stop(syscall.SIGTERM)

	t.Run("a database of a newer version", func(t *testing.T) {
		conn, err := pgx.Connect(context.Background(), owner)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(context.Background()) }()
		if _, err := conn.Exec(context.Background(), `insert into bun_migrations (name, group_id) values ('99991231000000', 99)`); err != nil {
			t.Fatal(err)
		}
		for _, settings := range [][]string{environment, limited} {
			status, _, stderr := programtest.Run(t, programtest.Command(t, settings, "serve", "--addr", "127.0.0.1:0"))
			programtest.IsSentence(t, status, stderr, "newer version")
		}
	})
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(programtest.Folder(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		environment []string
		args        []string
		says        string
	}{
		"a setting that is wrong":          {[]string{"PORTICO_URL=nowhere"}, nil, "PORTICO_URL"},
		"a folder that can't be written":   {nil, []string{"--data", filepath.Join(file, "data")}, "cannot write to the data folder"},
		"an address of some other machine": {nil, []string{"--addr", "192.0.2.1:3000"}, "cannot listen on 192.0.2.1:3000"},
		"a folder of files that is a file": {[]string{"PORTICO_DEMO=1"}, []string{"--files", file, "--data", filepath.Join(programtest.Folder(t), "data")}, "PORTICO_FILES"},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, stderr := programtest.Run(t, programtest.Command(t, test.environment, append([]string{"serve", "--addr", "127.0.0.1:0"}, test.args...)...))
			programtest.IsSentence(t, status, stderr, test.says)
		})
	}
}

func TestCommands(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		status int
		says   []string
	}{
		"nothing is help":          {nil, 0, []string{"serve", "DATABASE_URL", "PORTICO_SMTP_URL, --smtp-url"}},
		"help":                     {[]string{"--help"}, 0, []string{"admin", "PORTICO_DEMO"}},
		"a command's help":         {[]string{"serve", "--help"}, 0, []string{"--metrics-addr"}},
		"version":                  {[]string{"version"}, 0, []string{"portico "}},
		"routes":                   {[]string{"routes"}, 0, []string{"/sign-in", "/readyz", "everybody", "who is signed in"}},
		"a command that is none":   {[]string{"sevre"}, 2, []string{`no command "sevre"`}},
		"a flag that is none":      {[]string{"serve", "--dmeo"}, 2, []string{"-dmeo", "--help"}},
		"an argument that is none": {[]string{"serve", "demo"}, 2, []string{`"demo"`}},
		"admin what":               {[]string{"admin"}, 2, []string{"portico admin create"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, stderr := programtest.Run(t, programtest.Command(t, nil, test.args...))
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if status == 2 && (out != "" || strings.Count(strings.TrimSpace(stderr), "\n") > 0) {
				t.Errorf("a mistake is answered by more than a sentence:\n%s%s", out, stderr)
			}
			for _, s := range test.says {
				if !strings.Contains(out+stderr, s) {
					t.Errorf("it doesn't say %q:\n%s%s", s, out, stderr)
				}
			}
		})
	}
}
