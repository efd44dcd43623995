package main

import (
	"cmp"
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

// ruleBook is what is done to the rule set from the command line, with where it reads and writes.
type ruleBook struct {
	in        io.Reader
	out, errs io.Writer

	file, note, as string
	draft, against string
	version, last  int
	json, only     bool
	strict         bool
	past           backtestFlags
	desk           *desk.Desk
}

// ruleCommand is one thing that is done to rules.
type ruleCommand struct {
	sentence string
	flags    func(*ruleBook, *flag.FlagSet)
	ready    func(*ruleBook) error // says what is missing before anything is started for it; nil: nothing is needed
	alone    bool                  // it needs no database
	do       func(*ruleBook, context.Context) error
}

// ruleVerbs are all, in the order of a change's life.
var ruleVerbs = []struct {
	name string
	ruleCommand
}{
	{"export", ruleCommand{"Writes a version of the rules, or a draft, to a file.", (*ruleBook).exportFlags, nil, false, (*ruleBook).export}},
	{"fmt", ruleCommand{"Writes a file as the portal would, comments kept.", (*ruleBook).fmtFlags, (*ruleBook).needsFile, true, (*ruleBook).fmt}},
	{"check", ruleCommand{"Says what is wrong with a file, by line, and what its rules can and can't do.", (*ruleBook).checkFlags, (*ruleBook).needsFile, false, (*ruleBook).check}},
	{"test", ruleCommand{"Runs the examples that stand in a file.", (*ruleBook).fileFlags, (*ruleBook).needsFile, false, (*ruleBook).test}},
	{"decide", ruleCommand{"Decides facts that come on standard input, a line each.", (*ruleBook).decideFlags, (*ruleBook).needsInput, false, (*ruleBook).decide}},
	{"diff", ruleCommand{"Says what a file would change in meaning.", (*ruleBook).diffFlags, (*ruleBook).needsFile, false, (*ruleBook).diff}},
	{"backtest", ruleCommand{"Tells which past cases a file would decide otherwise than the live rules.", (*ruleBook).backtestFlags, (*ruleBook).needsFile, false, (*ruleBook).backtest}},
	{"import", ruleCommand{"Puts a file into a draft, for others to see and publish.", (*ruleBook).importFlags, (*ruleBook).needsDraft, false, (*ruleBook).importFile}},
	{"publish", ruleCommand{"Makes a file the live rules.", (*ruleBook).publishFlags, (*ruleBook).needsReason, false, (*ruleBook).publish}},
	{"log", ruleCommand{"Lists the versions, newest first.", (*ruleBook).logFlags, nil, false, (*ruleBook).log}},
	{"rollback", ruleCommand{"Publishes an earlier version again.", (*ruleBook).rollbackFlags, (*ruleBook).needsVersion, false, (*ruleBook).rollback}},
}

// rulesUsage names what there is to do, with what each does.
func rulesUsage() string {
	var b strings.Builder
	b.WriteString("It is portico rules with one of these; each has --help.\n")
	for _, v := range ruleVerbs {
		fmt.Fprintf(&b, "\n  %-9s %s", v.name, v.sentence)
	}
	return b.String()
}

func ruleCommands(ctx context.Context, args []string) error {
	b := ruleBook{in: os.Stdin, out: os.Stdout, errs: os.Stderr}
	return b.run(ctx, args)
}

// run finds what is asked for, reaches the database of the portal and does it. Nothing is migrated or made for it but
// what serving makes too; a portal that runs is joined.
func (b *ruleBook) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usage(rulesUsage())
	}
	if slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		_, err := fmt.Fprintln(b.out, rulesUsage())
		return err
	}
	var verb *ruleCommand
	for _, v := range ruleVerbs {
		if v.name == args[0] {
			verb = &v.ruleCommand
		}
	}
	if verb == nil {
		return usage(fmt.Sprintf("There is no %q of rules. %s", args[0], rulesUsage()))
	}
	fs := newFlags("rules " + args[0])
	verb.flags(b, fs)
	flags := fs.Usage
	fs.Usage = func() {
		fmt.Println(verb.sentence)
		flags()
	}
	c, err := configure(fs, args[1:])
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usage(fmt.Sprintf("%q is not needed: portico rules %s --help.", fs.Arg(0), args[0]))
	}
	if verb.ready != nil {
		if err := verb.ready(b); err != nil {
			return err
		}
	}
	if verb.alone {
		return verb.do(b, ctx)
	}
	close, err := b.reach(ctx, &c)
	if err != nil {
		return err
	}
	defer close()
	return verb.do(b, ctx)
}

// reach opens the portal's database.
func (b *ruleBook) reach(ctx context.Context, c *config) (close func(), err error) {
	log := newLog(max(c.level, levelQuiet))
	if err := c.mustExist(); err != nil {
		return nil, err
	}
	s, err := openStore(ctx, c, log)
	if err != nil {
		return nil, err
	}
	if err := policy.Establish(s.PolicyLines()); err != nil {
		s.close()
		return nil, err
	}
	judge, err := policy.NewJudge(s.PolicyLines())
	if err != nil {
		s.close()
		return nil, err
	}
	b.desk = &desk.Desk{DB: s.DB, Judge: judge, Clock: time.Now, Log: log, Limit: desk.DefaultLimits}
	return s.close, nil
}

func (b *ruleBook) fileFlag(fs *flag.FlagSet) {
	fs.StringVar(&b.file, "file", "", "the rule set; - is standard input")
}

func (b *ruleBook) jsonFlag(fs *flag.FlagSet) {
	fs.BoolVar(&b.json, "json", false, "answers in JSON, for programs")
}

func (b *ruleBook) asFlag(fs *flag.FlagSet) {
	fs.StringVar(&b.as, "as", "", "the e-mail address of the platform administrator who does it")
}

func (b *ruleBook) noteFlag(fs *flag.FlagSet) {
	fs.StringVar(&b.note, "note", "", "what changes and why, for those who read the list of versions")
}

func (b *ruleBook) fileFlags(fs *flag.FlagSet) {
	b.jsonFlag(fs)
	b.fileFlag(fs)
}

func (b *ruleBook) exportFlags(fs *flag.FlagSet) {
	fs.IntVar(&b.version, "version", 0, "the version to export; the live one when not given")
	fs.StringVar(&b.draft, "draft", "", "the name of a draft to export instead of a version")
	fs.StringVar(&b.file, "file", "", "the file to write; standard output when not given")
}

func (b *ruleBook) decideFlags(fs *flag.FlagSet) {
	fs.StringVar(&b.file, "file", "", "the rule set to decide by; the live one when not given")
}

func (b *ruleBook) publishFlags(fs *flag.FlagSet) {
	b.asFlag(fs)
	b.noteFlag(fs)
	b.fileFlag(fs)
}

func (b *ruleBook) needsFile() error {
	if b.file == "" {
		return usage("Say which rule set: --file rules.yaml.")
	}
	return nil
}

func (b *ruleBook) needsInput() error {
	if b.file == "-" {
		return usage("Standard input is where the facts come from: give --file the name of a file.")
	}
	return nil
}

func (b *ruleBook) needsSomebody() error {
	if strings.TrimSpace(b.as) == "" {
		return usage("Say who does it, by e-mail address: --as somebody@example.com. It has to be a platform administrator.")
	}
	return nil
}

func (b *ruleBook) needsNote() error {
	if strings.TrimSpace(b.note) == "" {
		return usage(`Say what changes and why: --note "…". It stands in the list of versions.`)
	}
	return nil
}

func (b *ruleBook) needsReason() error {
	return cmp.Or(b.needsFile(), b.needsSomebody(), b.needsNote())
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
	source, what, err := b.exported(ctx)
	switch {
	case err != nil:
		return err
	case b.file == "":
		_, err := io.WriteString(b.out, source)
		return err
	}
	if err := os.WriteFile(b.file, []byte(source), 0o644); err != nil { //nolint:gosec // rules are for review, by all who may read the folder
		return fmt.Errorf("write the rules: %w", err)
	}
	_, err = fmt.Fprintf(b.out, "%s is in %s.\n", what, b.file)
	return err
}

// exported finds the draft or version that is asked for.
func (b *ruleBook) exported(ctx context.Context) (source, what string, err error) {
	if b.draft != "" {
		draft, err := b.drafted(ctx)
		switch {
		case err != nil:
			return "", "", err
		case draft.ID == 0:
			return "", "", fmt.Errorf("there is no draft called %q", b.draft)
		}
		return draft.Source, fmt.Sprintf("The draft %q", draft.Name), nil
	}
	v, err := b.published(ctx, b.version)
	return v.Source, fmt.Sprintf("Version %d", v.Version), err
}

// published is a version, 0 being the live one.
func (b *ruleBook) published(ctx context.Context, version int) (db.RuleVersion, error) {
	if version == 0 {
		live, err := b.desk.DB.LiveVersion(ctx)
		if err != nil {
			return db.RuleVersion{}, err
		}
		version = live
	}
	v, err := b.desk.DB.RuleVersion(ctx, version)
	switch {
	case errors.Is(err, db.ErrNotFound) && version == 0:
		return v, errors.New("no rules were ever published here")
	case errors.Is(err, db.ErrNotFound):
		return v, fmt.Errorf("there is no version %d of the rules", version)
	}
	return v, err
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
