package main

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db/dbtest"
	"portico/db/demo"
	"portico/db/demo/crowd"

	"github.com/jackc/pgx/v5"
)

// A seed that is killed goes on where it was, and nobody is served a part of it.
func TestSeedKilled(t *testing.T) {
	t.Parallel()
	urls := dbtest.Fresh(t)
	environment := []string{
		"DATABASE_URL=" + urls.Program, "PORTICO_OWNER_URL=" + urls.Owner, "PORTICO_SECRET=0123456789abcdef0123456789abcdef",
	}
	args := []string{"seed", "--cases", "1500", "--now", "2026-06-15"}

	letOn := holdUp(t, urls.Owner)
	killed := programtest.Start(t, environment, args...)
	killed.Says(regexp.MustCompile(`(?m)^\d+ of 1500 cases$`))
	if err := killed.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.End()
	served := programtest.Serve(t, environment, "--data", programtest.Folder(t))
	served.End()
	programtest.IsSentence(t, served.Cmd.ProcessState.ExitCode(), served.Stderr.String(), "portico seed")
	letOn()

	status, out, stderr := programtest.Run(t, programtest.Command(t, environment, args...))
	if status != 0 || strings.Contains(out, "Accounts") || !strings.Contains(out, ": 1900 cases with ") {
		t.Errorf("again: %d\n%s%s", status, out, stderr)
	}
	status, out, _ = programtest.Run(t, programtest.Command(t, environment, args[:3]...)) // of the day that it knows
	if status != 0 || out != "All of it is there already.\n" {
		t.Errorf("once more: %d\n%s", status, out)
	}
	status, _, stderr = programtest.Run(t, programtest.Command(t, environment, "seed", "--cases", "1501"))
	programtest.IsSentence(t, status, stderr, "--cases 1500 --seed 1 --now 2026-06-15")
}

// holdUp keeps cases beyond the first thousand out, until it is let on.
func holdUp(t *testing.T, owner string) (letOn func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programtest.Patience)
	t.Cleanup(cancel)
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(ctx)) })
	do := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	do(`create function wait() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(1); return new; end';
		create trigger wait before insert on cases for each row when (new.id > 2900) execute function wait();
		select pg_advisory_lock(1)`)
	return func() { do(`select pg_advisory_unlock(1); drop trigger wait on cases; drop function wait()`) }
}

func TestSeedServed(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	status, out, stderr := programtest.Run(t, programtest.Command(t, nil, "seed", "--cases", "600", "--data", data))
	if status != 0 || !strings.Contains(out, "1000 cases") || !strings.Contains(out, crowd.Admin) {
		t.Fatalf("%d\n%s%s", status, out, stderr)
	}
	served := programtest.Serve(t, nil, "--data", data)
	address := served.Ready().URL
	for _, email := range []string{crowd.Admin, crowd.Agent(64)} {
		v := programtest.NewVisitor(t, address)
		v.SignIn(email, demo.Password)
		if page := v.Get("/cases"); !strings.Contains(page.Text, "/cases/CS") {
			t.Errorf("%s sees no case", email)
		}
	}
	served.Stop(syscall.SIGTERM)
}

func TestSeedRefuses(t *testing.T) {
	for _, test := range []struct{ args, says string }{
		{"--cases 0", "--cases is a number from 1"},
		{"--cases many", "-cases"},
		{"--now soon", "--now is a day"},
		{"--now " + time.Now().AddDate(0, 0, 2).Format(time.DateOnly), "--now is a day"},
		{"now", `"now" is not needed`},
	} {
		err := seed(t.Context(), strings.Fields(test.args))
		if wrong := usage(""); !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.args, err)
		}
	}
}
