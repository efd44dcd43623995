package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"portico/cmd/portico/bench"
	"portico/db/demo/crowd"
)

// benchmark is what was asked for of portico bench.
type benchmark struct {
	config
	cases    int
	sized    bool // so many cases were asked for, not just any
	short    bool
	json     bool
	metrics  string
	save     string
	compare  string
	measured bench.Options
}

func benchCommand(ctx context.Context, args []string) error {
	b, err := newBenchmark(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the process as signals do

	var before *bench.Report
	if b.compare != "" {
		if before, err = readReport(b.compare); err != nil {
			return err
		}
	}
	report, err := b.run(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		return err
	}
	if before != nil {
		report.Compare(before)
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(report); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if b.save != "" {
		if err := os.WriteFile(b.save, text.Bytes(), 0o600); err != nil {
			return fmt.Errorf("save the report: %w", err)
		}
	}
	if b.json {
		_, err = os.Stdout.Write(text.Bytes())
		return err
	}
	return report.Write(os.Stdout, before)
}

func newBenchmark(args []string) (*benchmark, error) {
	b := &benchmark{}
	fs := newFlags("bench")
	fs.IntVar(&b.cases, "cases", 10_000, "how many cases the database of a portal of its own is filled with, 10000 when not given; with --data it is kept there for the next time, else it goes away")
	fs.StringVar(&b.metrics, "metrics", "", "the address of the /metrics of the portal at --url, which is measured instead of one of its own; its database is that of --data or DATABASE_URL")
	fs.BoolVar(&b.short, "short", false, "a round of a minute, at a small size: does everything, measures roughly")
	fs.BoolVar(&b.json, "json", false, "prints JSON instead of a table")
	fs.StringVar(&b.save, "save", "", "a file to write the same JSON into, beside what is printed")
	fs.StringVar(&b.compare, "compare", "", "a file that --save wrote: how the figures have grown since stands beside them")
	only := fs.String("only", "", "words, with commas between, of the groups or figures to measure; all when not given")
	o := &b.measured
	fs.IntVar(&o.Clients, "clients", 8, "how many ask at once; 8 when not given")
	fs.DurationVar(&o.Duration, "duration", 3*time.Second, "for how long each figure is measured, and its floor as well; 3s when not given")
	fs.IntVar(&o.Streams, "streams", 2000, "how many streams are opened; 2000 when not given")
	fs.IntVar(&o.Mails, "mails", 10_000, "how many mails are sent as one pile; 10000 when not given")
	fs.StringVar(&o.Encoding, "encoding", "gzip, deflate, br", "the compressions that the clients accept, as browsers do when not given; empty asks for pages that are not compressed")
	var err error
	if b.config, err = configure(fs, args); err != nil {
		return nil, err
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	b.sized = given["cases"]
	if !given["url"] {
		b.url = nil // a portal's own setting, and no wish to measure that one
	}
	if b.short {
		for name, set := range map[string]func(){
			"cases": func() { b.cases = 2_000 }, "clients": func() { o.Clients = 2 },
			"duration": func() { o.Duration = 100 * time.Millisecond }, "streams": func() { o.Streams = 200 }, "mails": func() { o.Mails = 200 },
		} {
			if !given[name] {
				set()
			}
		}
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	switch {
	case fs.NArg() > 0:
		return nil, usage(fmt.Sprintf("%q is not needed: portico bench --help.", fs.Arg(0)))
	case o.Clients < 1 || o.Duration <= 0 || o.Streams < 0 || b.cases < 1:
		return nil, usage("--cases, --clients and --duration are above zero: portico bench --help.")
	case b.url != nil && b.metrics == "":
		return nil, usage("--url needs --metrics too: the CPU of a portal is read there (it serves them with PORTICO_METRICS_ADDR).")
	case b.url != nil && b.Data == "" && b.embedded():
		return nil, usage("--url needs the database of that portal too: its data folder with --data, or DATABASE_URL.")
	case b.url == nil && b.metrics != "":
		return nil, usage("--metrics needs --url too: the portal that is measured.")
	}
	return b, nil
}

func readReport(file string) (*bench.Report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the report to compare with: %w", err)
	}
	r := &bench.Report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is no report of portico bench: %w", file, err)
	}
	return r, nil
}

// run measures the portal that is named, or one of its own.
func (b *benchmark) run(ctx context.Context) (*bench.Report, error) {
	o := &b.measured
	o.Progress, o.Version, o.Log = &stopwatch{began: time.Now(), to: os.Stderr}, buildVersion(), newLog(max(b.level, levelQuiet))
	o.URL, o.Metrics = b.url, b.metrics
	if b.url == nil {
		end, err := b.ownPortal(ctx)
		defer end()
		if err != nil {
			return nil, err
		}
	}
	s, err := openStore(ctx, &b.config, o.Log)
	if err != nil {
		return nil, err
	}
	defer s.close()
	o.DB, o.Owner = s.DB, s.owner
	return bench.Run(ctx, *o)
}

// ownPortal fills a database and starts a portal on it, as a process of its own: what it spends is told from what the
// bench spends. end ends it, and must be called whatever became of it.
func (b *benchmark) ownPortal(ctx context.Context) (end func(), err error) {
	folder := ""
	var child *child
	end = func() {
		if child != nil {
			_ = child.Process.Signal(syscall.SIGTERM)
			<-child.ended
		}
		if folder != "" {
			_ = os.RemoveAll(folder)
		}
		if b.measured.Post != nil {
			b.measured.Post.Close()
		}
	}
	if folder, err = os.MkdirTemp("", "portico-bench-"); err != nil {
		return end, fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // the database's user has to pass
		return end, fmt.Errorf("make a folder: %w", err)
	}
	fresh := b.Data == ""
	if fresh {
		b.Data = filepath.Join(folder, "data")
	}
	if b.Data, err = filepath.Abs(b.Data); err != nil {
		return end, fmt.Errorf("the data folder: %w", err)
	}
	if err := b.fill(ctx, fresh && b.embedded()); err != nil {
		return end, err
	}
	address, err := freeAddress()
	if err != nil {
		return end, err
	}
	if b.measured.Post, err = bench.NewPost(); err != nil {
		return end, err
	}
	child, err = b.start(filepath.Join(folder, "portal.log"), address)
	if err != nil {
		return end, err
	}
	ready := b.measured.URL
	b.measured.Second = func() (kill func(), err error) {
		second, err := b.start(filepath.Join(folder, "second.log"), "")
		b.measured.URL = ready
		if err != nil {
			return nil, err
		}
		return func() { _ = second.Process.Kill(); <-second.ended }, nil
	}
	b.measured.Metrics, b.measured.Started = "http://"+address+"/metrics", true
	return end, nil
}

// fill has portico seed fill the database. One that is filled already stays as it is, unless another size is asked for:
// then seed says what stands against that. Nobody looks into a folder that was made just now.
func (b *benchmark) fill(ctx context.Context, fresh bool) error {
	if !fresh {
		there, err := b.filled(ctx)
		if err != nil || there.Finished && (there.Cases == b.cases || !b.sized) {
			return err
		}
	}
	cmd, err := b.self(ctx, "seed", "--cases", strconv.Itoa(b.cases))
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = b.measured.Progress, os.Stderr
	seed, err := begin(cmd)
	if err != nil {
		return fmt.Errorf("start seeding: %w", err)
	}
	if <-seed.ended; seed.err != nil {
		return errTold // by the command
	}
	return nil
}

// filled tells what the database was filled with.
func (b *benchmark) filled(ctx context.Context) (crowd.State, error) {
	s, err := openStore(ctx, &b.config, b.measured.Log)
	if err != nil {
		return crowd.State{}, err
	}
	defer s.close()
	return crowd.Read(ctx, s.DB)
}

// start starts the portal, and waits until it says that it is ready.
func (b *benchmark) start(log, metrics string) (*child, error) {
	cmd, err := b.self(context.Background(), "serve", "--addr", "127.0.0.1:0", "--metrics-addr", metrics)
	if err != nil {
		return nil, err
	}
	into, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("the portal's log: %w", err)
	}
	defer func() { _ = into.Close() }() // the child has its own
	cmd.Stderr = into
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the portal: %w", err)
	}
	portal, err := begin(cmd)
	if err != nil {
		return nil, fmt.Errorf("start the portal: %w", err)
	}
	if b.measured.URL, err = readyAt(said); err != nil {
		text, _ := os.ReadFile(log)
		_ = cmd.Process.Kill()
		<-portal.ended
		return nil, fmt.Errorf("the portal did not start: %s", bytes.TrimSpace(text))
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return portal, nil
}

// child is another command of this program that runs.
type child struct {
	*exec.Cmd
	ended <-chan struct{}
	err   error // how it ended; to be read after that
}

// begin starts one.
func begin(cmd *exec.Cmd) (*child, error) {
	started, ended := make(chan error), make(chan struct{})
	c := &child{Cmd: cmd, ended: ended}
	go func() {
		// Linux tells the child of its parent's death when the parent's thread ends: this thread lives as long as
		// the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// self is another command of this program, with the same settings, but that it has no public address, and
// sends mail to the bench alone.
// It is stopped by us, not by the interrupt that a terminal sends to all of its programs at once; where we are killed, it
// stops by itself, as far as the system can tell it.
func (b *benchmark) self(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "PORTICO_DATA="+b.Data, "DATABASE_URL="+b.DatabaseURL, "PORTICO_OWNER_URL="+b.OwnerURL,
		"PORTICO_SECRET="+b.Secret, "PORTICO_FILES="+b.Files, "PORTICO_URL=", "PORTICO_SMTP_URL=", "PORTICO_DEMO=false", "PORTICO_DRAIN=0s")
	if b.measured.Post != nil {
		cmd.Env = append(cmd.Env, "PORTICO_SMTP_URL="+b.measured.Post.URL())
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stopWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	return cmd, nil
}

// readyAt reads the address that a portal prints when it is ready.
func readyAt(from io.Reader) (*url.URL, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := from.Read(one); err != nil {
			return nil, err
		}
		if one[0] != '\n' {
			line = append(line, one[0])
			continue
		}
		if _, address, found := strings.Cut(string(line), "Portico is ready: "); found {
			return url.Parse(strings.TrimSpace(address))
		}
		line = line[:0]
	}
}

// freeAddress is one that nobody listens on just now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free address: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// stopwatch tells what is done, and since when.
type stopwatch struct {
	began time.Time
	to    io.Writer
}

func (p *stopwatch) Write(lines []byte) (int, error) {
	for line := range bytes.Lines(lines) {
		if _, err := fmt.Fprintf(p.to, "%4.0f s  %s", time.Since(p.began).Seconds(), line); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}
