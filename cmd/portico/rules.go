package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
)

const rulesUsage = "It is portico rules export, check, test, decide or publish; each has --help."

// ruleBook is what is done to the rule set from the command line, with where it reads and writes.
type ruleBook struct {
	in        io.Reader
	out, errs io.Writer

	file, note, as string
	version        int
	json           bool
	desk           *desk.Desk
}

func ruleCommands(ctx context.Context, args []string) error {
	b := ruleBook{in: os.Stdin, out: os.Stdout, errs: os.Stderr}
	return b.run(ctx, args)
}

// run finds what is asked for, reaches the database of the portal and does it. Nothing is migrated or made for it but
// what serving makes too; a portal that runs is joined.
func (b *ruleBook) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usage(rulesUsage)
	}
	fs := newFlags("rules " + args[0])
	do, ok := map[string]func(context.Context) error{
		"export": b.export, "check": b.check, "test": b.test, "decide": b.decide, "publish": b.publish,
	}[args[0]]
	if !ok {
		return usage(fmt.Sprintf("There is no %q of rules. %s", args[0], rulesUsage))
	}
	b.flags(fs, args[0])
	c, err := configure(fs, args[1:])
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usage(fmt.Sprintf("%q is not needed: portico rules %s --help.", fs.Arg(0), args[0]))
	}
	if err := b.complete(args[0]); err != nil {
		return err
	}
	log := newLog(max(c.level, levelQuiet))
	if err := c.mustExist(); err != nil {
		return err
	}
	s, err := openStore(ctx, &c, log)
	if err != nil {
		return err
	}
	defer s.close()
	if err := policy.Establish(s.PolicyLines()); err != nil {
		return err
	}
	judge, err := policy.NewJudge(s.PolicyLines())
	if err != nil {
		return err
	}
	b.desk = &desk.Desk{DB: s.DB, Judge: judge, Clock: time.Now, Log: log, Limit: desk.DefaultLimits}
	return do(ctx)
}

func (b *ruleBook) flags(fs *flag.FlagSet, verb string) {
	switch verb {
	case "export":
		fs.IntVar(&b.version, "version", 0, "the version to export; the live one when not given")
		fs.StringVar(&b.file, "file", "", "the file to write; standard output when not given")
		return
	case "decide":
		fs.StringVar(&b.file, "file", "", "the rule set to decide by; the live one when not given")
		return
	case "publish":
		fs.StringVar(&b.as, "as", "", "the e-mail address of the platform administrator who publishes")
		fs.StringVar(&b.note, "note", "", "what changes and why, for those who read the list of versions")
	default:
		fs.BoolVar(&b.json, "json", false, "answers in JSON, for programs")
	}
	fs.StringVar(&b.file, "file", "", "the rule set; - is standard input")
}

// complete says what is missing before anything is started for it.
func (b *ruleBook) complete(verb string) error {
	switch {
	case b.file == "" && slices.Contains([]string{"check", "test", "publish"}, verb):
		return usage(fmt.Sprintf("Say which rule set: portico rules %s --file rules.yaml.", verb))
	case verb == "decide" && b.file == "-":
		return usage("Standard input is where the facts come from: give --file the name of a file.")
	case verb == "publish" && strings.TrimSpace(b.as) == "":
		return usage("Say who publishes, by e-mail address: --as somebody@example.com. It has to be a platform administrator.")
	case verb == "publish" && strings.TrimSpace(b.note) == "":
		return usage(`Say what changes and why: --note "…". It stands in the list of versions.`)
	}
	return nil
}

// mustExist refuses to make a new, empty database just to ask it for rules.
func (c *config) mustExist() error {
	if !c.embedded() {
		return nil
	}
	if _, err := c.findData(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Data, "postgres")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no portal's data in %s: say where it is with PORTICO_DATA or DATABASE_URL", c.Data)
	}
	return nil
}

// source reads the rule set's file.
func (b *ruleBook) source() (string, error) {
	read := func() ([]byte, error) { return os.ReadFile(b.file) }
	if b.file == "-" {
		read = func() ([]byte, error) { return io.ReadAll(b.in) }
	}
	data, err := read()
	if err != nil {
		return "", usage(fmt.Sprintf("The rule set can't be read: %v.", err))
	}
	return string(data), nil
}

// name is how the file is called where something is said of it.
func (b *ruleBook) name() string {
	if b.file == "-" {
		return "standard input"
	}
	return b.file
}

func (b *ruleBook) export(ctx context.Context) error {
	version := b.version
	if version == 0 {
		live, err := b.desk.DB.LiveVersion(ctx)
		if err != nil {
			return err
		}
		version = live
	}
	v, err := b.desk.DB.RuleVersion(ctx, version)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return fmt.Errorf("there is no version %d of the rules", version)
	case err != nil:
		return err
	case b.file == "":
		_, err := io.WriteString(b.out, v.Source)
		return err
	}
	if err := os.WriteFile(b.file, []byte(v.Source), 0o644); err != nil { //nolint:gosec // rules are for review, by all who may read the folder
		return fmt.Errorf("write the rules: %w", err)
	}
	_, err = fmt.Fprintf(b.out, "Version %d is in %s.\n", version, b.file)
	return err
}

// judged reads the file and judges it by what forms, queues and services there are now.
func (b *ruleBook) judged(ctx context.Context) (source string, compiled *rules.Compiled, report rules.Report, err error) {
	if source, err = b.source(); err != nil {
		return "", nil, rules.Report{}, err
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		return source, nil, rules.Report{Problems: problems}, nil
	}
	_, vocabulary, err := b.desk.World(ctx)
	if err != nil {
		return "", nil, rules.Report{}, err
	}
	compiled, report = rules.Check(set, vocabulary, b.desk.Lookup(ctx))
	return source, compiled, report, nil
}
