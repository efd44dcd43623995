package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"portico/handlers"
)

func routes(_ context.Context, args []string) error {
	if err := parse(newFlags("routes"), args); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, r := range handlers.Routes() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.Method, r.Path, r.Who)
	}
	return table.Flush()
}
