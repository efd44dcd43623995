package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
)

func (b *ruleBook) logFlags(fs *flag.FlagSet) {
	b.jsonFlag(fs)
	fs.IntVar(&b.last, "last", 50, "how many versions to list")
}

// versionLine is a version as programs read it.
type versionLine struct {
	Version     int       `json:"version"`
	Live        bool      `json:"live,omitempty"`
	PublishedAt time.Time `json:"published_at"`
	By          string    `json:"by,omitempty"`
	Note        string    `json:"note"`
	Restored    int       `json:"restored_from,omitempty"`
}

func (b *ruleBook) log(ctx context.Context) error {
	lines := []versionLine{}
	for before, older := 0, true; older && len(lines) < b.last; {
		var list []db.VersionLine
		var err error
		if list, older, err = b.desk.DB.RuleVersions(ctx, before); err != nil {
			return err
		}
		for _, v := range list {
			before = v.Version
			lines = append(lines, versionLine{Version: v.Version, Live: v.Live, PublishedAt: v.PublishedAt.UTC(), By: v.By.Name(), Note: v.Note, Restored: v.RestoredFrom})
		}
	}
	lines = lines[:min(max(b.last, 0), len(lines))]
	if b.json {
		return b.write(map[string]any{"versions": lines})
	}
	var out strings.Builder
	for _, v := range lines {
		fmt.Fprintf(&out, "version %d", v.Version)
		if v.Live {
			out.WriteString(" (live)")
		}
		if v.Restored != 0 {
			fmt.Fprintf(&out, ", version %d again", v.Restored)
		}
		fmt.Fprintf(&out, "\n  %s", v.PublishedAt.Format("2006-01-02 15:04 UTC"))
		if v.By != "" {
			fmt.Fprintf(&out, ", %s", v.By)
		}
		out.WriteByte('\n')
		for line := range strings.SplitSeq(v.Note, "\n") {
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	_, err := io.WriteString(b.out, out.String())
	return err
}

func (b *ruleBook) rollbackFlags(fs *flag.FlagSet) {
	b.asFlag(fs)
	b.noteFlag(fs)
	fs.IntVar(&b.version, "to", 0, "the version to publish again")
}

func (b *ruleBook) needsVersion() error {
	if b.version < 1 {
		return usage("Say to which version: --to 3. portico rules log lists them.")
	}
	if err := b.needsSomebody(); err != nil {
		return err
	}
	return b.needsNote()
}

func (b *ruleBook) rollback(ctx context.Context) error {
	who, err := b.administrator(ctx)
	if err != nil {
		return err
	}
	old, err := b.published(ctx, b.version)
	if err != nil {
		return err
	}
	version, err := b.desk.RollBack(ctx, who, b.version, b.note)
	var refused desk.Unpublishable
	var invalid desk.Invalid
	switch {
	case errors.As(err, &refused):
		b.file = fmt.Sprintf("version %d", b.version)
		b.tell(old.Source, refused.Problems)
		if err := b.tellFailed(refused.Report); err != nil {
			return err
		}
		return errors.New("nothing was published")
	case errors.Is(err, db.ErrStale):
		return errors.New("somebody else published just now: look at what they did, then roll back again")
	case errors.As(err, &invalid):
		if _, live := invalid["version"]; live {
			return fmt.Errorf("version %d is live already", b.version)
		}
		return errors.New("the note is too long, or not text: nothing was published")
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(b.out, "Version %d is live: it says what version %d said.\n", version, b.version)
	return err
}
