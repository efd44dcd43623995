package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
)

func help(context.Context, []string) error {
	fmt.Print("Portico, a customer care portal.\n\nportico <command> [flags]; each command has --help.\n\n")
	for _, c := range commands {
		fmt.Printf("  %-10s %s\n", c.name, c.sentence)
	}
	fmt.Print("\nSettings, as variables or flags:\n")
	for _, s := range settings() {
		fmt.Printf("\n  %s, --%s", s.variable, s.flag)
		if s.fallback != "" {
			fmt.Printf(" (%s)", s.fallback)
		}
		fmt.Printf("\n%s\n", wrap(sentence(s.help), 6, 96))
	}
	return nil
}

// sentence makes one of a setting's help.
func sentence(help string) string { return strings.ToUpper(help[:1]) + help[1:] + "." }

// wrap breaks text into lines of at most width, indented.
func wrap(text string, indent, width int) string {
	var out strings.Builder
	line := strings.Repeat(" ", indent-1)
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width {
			fmt.Fprintln(&out, line)
			line = strings.Repeat(" ", indent-1)
		}
		line += " " + word
	}
	return out.String() + line
}

func version(context.Context, []string) error {
	fmt.Println("portico", buildVersion())
	return nil
}

// buildVersion is the module's version or, from a checkout, its commit.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "from a checkout"
}
