// Command find tells the task runner whether a PostgreSQL server has to be brought: it prints the folder of the one that
// the portal would run, or fails and says why there is none.
package main

import (
	"cmp"
	"fmt"
	"os"

	"portico/db/embedded"
)

func main() {
	bin, err := find()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(bin)
}

func find() (string, error) {
	if os.Getenv("DATABASE_URL") != "" {
		return "DATABASE_URL", nil
	}
	dir, _, err := embedded.DefaultDir()
	if err != nil {
		return "", err
	}
	return embedded.Find(cmp.Or(os.Getenv("PORTICO_DATA"), dir))
}
