// Command portico is the portal: it serves it, and does what is done to it from the command line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	_ "time/tzdata" // accounts have time zones, and a bare machine may have no files of them

	"portico/db"
)

// command is one thing that can be asked for. Its file is named after it.
type command struct {
	name     string
	sentence string // what it does, for help
	run      func(ctx context.Context, args []string) error
}

// commands is filled in by main: help lists them, and is one of them.
var commands []command

// usage is an error of whoever typed the command: exit status 2.
type usage string

func (u usage) Error() string { return string(u) }

// errTold is a failure that the person has been told of already.
var errTold = errors.New("told already")

func main() {
	commands = []command{
		{"serve", "Serves the portal and works its background jobs, until it is interrupted.", serve},
		{"migrate", "Brings the database's schema up to date, as serve does when it starts.", migrate},
		{"seed", "Fills an empty database with the demo's world and as many cases as asked for, for measuring.", seed},
		{"bench", "Measures a portal, and what each figure could cost at least: one of its own, or one that runs.", benchCommand},
		{"admin", "Creates the first platform administrator: portico admin create.", admin},
		{"rules", "Exports, checks, tests, asks and publishes the rule set: portico rules export | check | test | decide | publish.", ruleCommands},
		{"routes", "Lists what answers at which address, and to whom.", routes},
		{"version", "Says which version this is.", version},
		{"help", "Lists the commands and every setting.", help},
	}
	os.Exit(status(dispatch(context.Background(), os.Args[1:])))
}

// dispatch finds the command and runs it.
func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		args = []string{"help"}
	}
	name := strings.TrimLeft(args[0], "-")
	for _, c := range commands {
		if c.name == name || name == "h" && c.name == "help" {
			return c.run(db.AsSystem(ctx, c.name), args[1:])
		}
	}
	return usage(fmt.Sprintf("There is no command %q: portico help lists them.", args[0]))
}

// status tells an error on standard error, and gives the exit status for it.
func status(err error) int {
	var wrong usage
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintln(os.Stderr, "portico:", wrong)
		return 2
	case !errors.Is(err, errTold):
		fmt.Fprintln(os.Stderr, "portico:", err)
	}
	return 1
}
