package main

import (
	"context"
	"fmt"
)

func migrate(ctx context.Context, args []string) error {
	c, err := configure(newFlags("migrate"), args)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, &c, newLog(max(c.level, levelQuiet)))
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Println("The database is up to date.")
	return nil
}
