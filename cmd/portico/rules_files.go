package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/rules"
)

func (b *ruleBook) fmtFlags(fs *flag.FlagSet) {
	b.fileFlag(fs)
	fs.BoolVar(&b.only, "check", false, "writes nothing, and fails if the file would be written otherwise")
}

// fmt writes the file as Format does. What can't be read is left as it is.
func (b *ruleBook) fmt(context.Context) error {
	source, err := b.source()
	if err != nil {
		return err
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		b.tell(source, problems)
		return errTold
	}
	out := set.Format()
	switch {
	case b.only && out != source:
		_, _ = fmt.Fprintf(b.errs, "%s: not as fmt writes it\n", b.name())
		return errTold
	case b.only || b.file != "-" && out == source:
		return nil
	case b.file == "-":
		_, err := io.WriteString(b.out, out)
		return err
	}
	return rewrite(b.file, out)
}

// rewrite replaces a file as a whole: killed in the middle, the old one is still there.
func rewrite(file, content string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	beside := file + ".new"
	if err := os.WriteFile(beside, []byte(content), info.Mode().Perm()); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	if err := os.Rename(beside, file); err != nil {
		return errors.Join(fmt.Errorf("write the rules: %w", err), os.Remove(beside))
	}
	return nil
}

func (b *ruleBook) diffFlags(fs *flag.FlagSet) {
	b.fileFlags(fs)
	fs.IntVar(&b.version, "version", 0, "the version to compare with; the live one when not given")
	fs.StringVar(&b.against, "against", "", "the file to compare with, instead of a version")
}

// changeLine is a difference as programs read it.
type changeLine struct {
	Kind  string `json:"kind"`
	Rule  string `json:"rule,omitempty"`
	Field string `json:"field,omitempty"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// diff fails where there are differences, as programs that compare do.
func (b *ruleBook) diff(ctx context.Context) error {
	old, against, err := b.compared(ctx)
	if err != nil {
		return err
	}
	source, err := b.source()
	if err != nil {
		return err
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		b.tell(source, problems)
		return errTold
	}
	changes := rules.Diff(old, set)
	if b.json {
		lines := make([]changeLine, len(changes))
		for i, c := range changes {
			lines[i] = changeLine(c)
		}
		err = b.write(map[string]any{"changes": lines})
	} else {
		err = b.tellChanges(changes, against)
	}
	if err == nil && len(changes) > 0 {
		err = errTold
	}
	return err
}

// compared is what a file is compared with.
func (b *ruleBook) compared(ctx context.Context) (set rules.RuleSet, what string, err error) {
	if b.against == "" {
		v, err := b.published(ctx, b.version)
		if err != nil {
			return rules.RuleSet{}, "", err
		}
		set, problems := rules.Parse(v.Source)
		return set, fmt.Sprintf("version %d", v.Version), problems.Err()
	}
	other := ruleBook{in: b.in, errs: b.errs, file: b.against}
	source, err := other.source()
	if err != nil {
		return rules.RuleSet{}, "", err
	}
	set, problems := rules.Parse(source)
	if len(problems) > 0 {
		other.tell(source, problems)
		return set, "", errTold
	}
	return set, b.against, nil
}

func (b *ruleBook) tellChanges(changes []rules.Change, against string) error {
	var out strings.Builder
	if len(changes) == 0 {
		fmt.Fprintf(&out, "%s means the same as %s\n", b.name(), against)
	}
	for _, c := range changes {
		where := c.Field
		if c.Rule != "" {
			where = strings.TrimSuffix(fmt.Sprintf("%q: %s", c.Rule, c.Field), ": ")
		}
		fmt.Fprintf(&out, "%-8s %s\n", c.Kind, where)
		for _, side := range []struct{ mark, text string }{{"-", c.Old}, {"+", c.New}} {
			for line := range strings.SplitSeq(strings.TrimRight(side.text, "\n"), "\n") {
				if side.text != "" {
					fmt.Fprintf(&out, "  %s %s\n", side.mark, line)
				}
			}
		}
	}
	_, err := io.WriteString(b.out, out.String())
	return err
}

func (b *ruleBook) importFlags(fs *flag.FlagSet) {
	b.asFlag(fs)
	b.fileFlags(fs)
	fs.StringVar(&b.draft, "draft", "", "the name of the draft; one that is there already becomes what the file says")
}

func (b *ruleBook) needsDraft() error {
	if err := b.needsFile(); err != nil {
		return err
	}
	if strings.TrimSpace(b.draft) == "" {
		return usage(`Say into which draft: --draft "Friday". One that is there already becomes what the file says.`)
	}
	return b.needsSomebody()
}

// drafted finds the draft of that name; one without id where there is none.
func (b *ruleBook) drafted(ctx context.Context) (db.RuleDraft, error) {
	list, err := b.desk.DB.RuleDrafts(ctx)
	if err != nil {
		return db.RuleDraft{}, err
	}
	for _, l := range list {
		if l.Name == strings.TrimSpace(b.draft) {
			return b.desk.DB.RuleDraft(ctx, l.ID)
		}
	}
	return db.RuleDraft{}, nil
}

// importFile keeps all of a file that can be read as rules, whatever the portal is missing for it: that is named, all at
// once, and can be made before the draft is published. It fails while the draft can't be.
func (b *ruleBook) importFile(ctx context.Context) error {
	source, _, report, err := b.judged(ctx)
	if err != nil {
		return err
	}
	if _, problems := rules.Parse(source); len(problems) > 0 {
		b.tell(source, problems)
		return errors.New("nothing was imported")
	}
	who, err := b.administrator(ctx)
	if err != nil {
		return err
	}
	draft, err := b.drafted(ctx)
	if err == nil && draft.ID == 0 {
		draft, err = b.desk.BeginDraft(ctx, who, b.draft)
	}
	if err == nil {
		draft, err = b.desk.SaveDraft(ctx, who, draft.ID, draft.Revision, source)
	}
	var invalid desk.Invalid
	switch {
	case errors.Is(err, db.ErrStale):
		return errors.New("somebody changed the draft just now: look at what they did, then import again")
	case errors.As(err, &invalid):
		return errors.New("the draft's name is too long, or not text: nothing was imported")
	case err != nil:
		return err
	}
	if b.json {
		err = b.write(map[string]any{"draft": draft.Name, "id": draft.ID, "missing": missingHere(report.Problems),
			"problems": b.problemLines(source, report.Problems), "examples": exampleLines(report.Results)})
	} else {
		err = b.tellImport(source, draft.Name, report)
	}
	if err == nil && !report.Publishable() {
		err = errTold
	}
	return err
}

func (b *ruleBook) tellImport(source, name string, report rules.Report) error {
	for _, m := range missingHere(report.Problems) {
		if _, err := fmt.Fprintf(b.errs, "missing here: %s\n", m); err != nil {
			return err
		}
	}
	b.tell(source, report.Problems)
	if err := b.tellFailed(report); err != nil {
		return err
	}
	sentence := "It can be published."
	if !report.Publishable() {
		sentence = "It can't be published as it stands."
	}
	_, err := fmt.Fprintf(b.out, "The draft %q is what %s says. %s\n", name, b.name(), sentence)
	return err
}

// missingHere names each thing once that a rule set speaks of and this portal doesn't have.
func missingHere(problems rules.Problems) []string {
	kinds := []struct{ code, argument, kind string }{
		{rules.CodeUnknownQueue, "queue", "queue"}, {rules.CodeUnknownStaff, "person", "colleague"},
		{rules.CodeUnknownFact, "fact", "fact"}, {rules.CodeUnknownChoice, "value", "choice"},
	}
	list := []string{}
	seen := map[string]bool{}
	for _, k := range kinds {
		for _, p := range problems {
			if p.Code != k.code {
				continue
			}
			line := fmt.Sprintf("the %s %q", k.kind, p.Args[k.argument])
			if k.code == rules.CodeUnknownChoice {
				line += " of " + p.Args["fact"]
			} else if question, ok := strings.CutPrefix(p.Args[k.argument], "answers."); ok {
				line = fmt.Sprintf("the question %q", question)
			}
			if !seen[line] {
				seen[line], list = true, append(list, line)
			}
		}
	}
	return list
}
