package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Setting reads one of the provider's settings, or gives the fallback where it was never set.
func (d *DB) Setting(ctx context.Context, key, fallback string) (string, error) {
	var value string
	err := notFound(d.fast.QueryRow(ctx, `select value from settings where key = $1`, key).Scan(&value))
	switch {
	case errors.Is(err, ErrNotFound):
		return fallback, nil
	case err != nil:
		return "", fmt.Errorf("read setting %s: %w", key, err)
	}
	return value, nil
}

// Set keeps one of the provider's settings.
func (d *DB) Set(ctx context.Context, key, value string) error {
	_, err := d.fast.Exec(ctx, `insert into settings (key, value) values ($1, $2)
		on conflict (key) do update set value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("keep setting %s: %w", key, err)
	}
	return nil
}

// SettingsOf reads several of the provider's settings at once. What was never set is missing.
func (d *DB) SettingsOf(ctx context.Context, keys ...string) (map[string]string, error) {
	rows, err := d.fast.Query(ctx, `select key, value from settings where key = any($1)`, fixed, keys)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	set := map[string]string{}
	var key, value string
	if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error { set[key] = value; return nil }); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return set, nil
}
