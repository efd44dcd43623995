package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"portico/handlers/desk"
	"portico/views"

	"golang.org/x/term"
)

func admin(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] != "create" {
		return usage("It is portico admin create.")
	}
	fs := newFlags("admin create")
	var a desk.Administrator
	fs.StringVar(&a.Email, "email", "", "the administrator's e-mail address; asked for when not given")
	name := fs.String("name", "", "first and last name; asked for when not given")
	stdin := fs.Bool("password-stdin", false, "reads the password from standard input instead of asking")
	c, err := configure(fs, args[1:])
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usage(fmt.Sprintf("%q is not needed: portico admin create --help.", fs.Arg(0)))
	}
	log := newLog(max(c.level, levelQuiet))
	s, err := openStore(ctx, &c, log)
	if err != nil {
		return err
	}
	defer s.close()
	// Before anything is asked: all of it would have been typed for nothing.
	untouched, err := s.Untouched(ctx)
	if err == nil && !untouched {
		err = desk.ErrSetUp
	}
	if err == nil {
		err = askFor(&a, *name, *stdin)
	}
	if err == nil {
		d := &desk.Desk{DB: s.DB, Clock: time.Now, Log: log}
		err = d.SetUp(ctx, a)
	}
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		for _, field := range []string{"email", "first_name", "last_name", "password"} {
			if wrong, found := invalid[field]; found {
				fmt.Fprintf(os.Stderr, "%s: %s\n", views.T("en", "person."+field), views.Message{Key: wrong.Code, Args: wrong.Args}.In("en"))
			}
		}
		return errTold
	case errors.Is(err, desk.ErrSetUp):
		return errors.New("there is data in this database already, so somebody else is its first administrator: sign in, or ask them for access")
	case err != nil:
		return err
	}
	fmt.Printf("%s may sign in now, and set up everything else. Start the portal with: portico serve\n", a.Email)
	return nil
}

// askFor completes what flags did not say, on the terminal.
func askFor(a *desk.Administrator, name string, stdin bool) error {
	in := bufio.NewReader(os.Stdin)
	var err error
	if a.Email == "" && !stdin {
		if a.Email, err = ask(in, "E-mail: "); err != nil {
			return err
		}
	}
	if name == "" && !stdin {
		if name, err = ask(in, "First and last name: "); err != nil {
			return err
		}
	}
	a.FirstName, a.LastName, _ = strings.Cut(strings.TrimSpace(name), " ")
	switch fd := int(os.Stdin.Fd()); {
	case stdin:
		a.Password, err = readLine(in)
	case !term.IsTerminal(fd):
		return usage("There is no terminal to ask for a password: give --email and --name, and the password with --password-stdin.")
	default:
		a.Password, err = askPassword(fd)
	}
	return err
}

func ask(in *bufio.Reader, question string) (string, error) {
	fmt.Print(question)
	return readLine(in)
}

func askPassword(fd int) (string, error) {
	var typed [2]string
	for i, question := range []string{"Password: ", "The same again: "} {
		fmt.Print(question)
		line, err := term.ReadPassword(fd)
		fmt.Println()
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(line)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ: nothing was created")
	}
	return typed[0], nil
}

func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return "", errors.New("the input ended before everything was answered: nothing was created")
	}
	return strings.TrimRight(line, "\r\n"), nil
}
