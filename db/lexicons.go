package db

import (
	"context"
	"errors"
	"fmt"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// KeepLexicon keeps what a rule set is compiled against, once, under its own ID. Cases that name it are written after it.
func (d *DB) KeepLexicon(ctx context.Context, l rules.Lexicon) error {
	if _, err := d.fast.Exec(ctx, `insert into rule_lexicons (id, content) values ($1, $2) on conflict do nothing`, fixed, l.ID(), l); err != nil {
		return fmt.Errorf("keep a lexicon: %w", err)
	}
	return nil
}

// Lexicon reads one by its ID; ErrNotFound if none such was kept.
func (d *DB) Lexicon(ctx context.Context, id int64) (rules.Lexicon, error) {
	var l rules.Lexicon
	if err := d.fast.QueryRow(ctx, `select content from rule_lexicons where id = $1`, fixed, id).Scan(&l); err != nil {
		return l, fmt.Errorf("read lexicon %d: %w", id, notFound(err))
	}
	return l, nil
}

// KeepVersionLexicon keeps what a version of the rule set was published against. What was kept first stays.
func (d *DB) KeepVersionLexicon(ctx context.Context, version int, l rules.Lexicon) error {
	if err := d.KeepLexicon(ctx, l); err != nil {
		return err
	}
	if _, err := d.fast.Exec(ctx, `insert into rule_version_lexicons (version, lexicon) values ($1, $2) on conflict do nothing`, fixed, version, l.ID()); err != nil {
		return fmt.Errorf("keep the lexicon of rule version %d: %w", version, err)
	}
	return nil
}

// VersionLexicon is what a version of the rule set was published against; found is false for one that was published before
// this was kept.
func (d *DB) VersionLexicon(ctx context.Context, version int) (l rules.Lexicon, found bool, err error) {
	err = d.fast.QueryRow(ctx, `
		select l.content from rule_version_lexicons v join rule_lexicons l on l.id = v.lexicon where v.version = $1`, fixed, version).Scan(&l)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return l, false, nil
	case err != nil:
		return l, false, fmt.Errorf("read the lexicon of rule version %d: %w", version, err)
	}
	return l, true, nil
}
