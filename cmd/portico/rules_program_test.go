package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"portico/cmd/portico/programtest"
	"portico/db/demo"
)

// The command line speaks to a portal that runs, by its embedded database, and starts that database where none runs.
func TestRulesOfARunningPortal(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	running := programtest.Serve(t, nil, "--demo", "--data", data)
	v := running.Ready()
	v.SignIn("platform@boreal.test", demo.Password)

	rules := func(in string, args ...string) (int, string, string) {
		cmd := programtest.Command(t, nil, append([]string{"rules", args[0], "--data", data}, args[1:]...)...)
		cmd.Stdin = strings.NewReader(in)
		return programtest.Run(t, cmd)
	}
	status, source, stderr := rules("", "export")
	if status != 0 || stderr != "" {
		t.Fatalf("export: %d %s", status, stderr)
	}
	file := filepath.Join(programtest.Folder(t), "rules.yaml")
	changed := strings.Replace(source, "- name: Urgent\n", "- name: Urgent from the command line\n", 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, stderr := rules("", "publish", "--file", file, "--as", "platform@boreal.test", "--note", "By command"); status != 0 || out != "Version 2 is live.\n" {
		t.Fatalf("publish: %d %s%s", status, out, stderr)
	}
	if page := v.Get("/rules"); page.Status != http.StatusOK || !strings.Contains(page.Text, "Urgent from the command line") {
		t.Errorf("the running portal does not show it: %d", page.Status)
	}
	const facts = `{"item": "report-issue", "answers": {"service": "SD-WAN", "urgent": true}}`
	const want = `"by": {"priority": "Urgent from the command line", "queue": "Data", "tags": []}`
	if status, out, stderr := rules(facts, "decide"); status != 0 || !strings.Contains(out, want) {
		t.Errorf("decide while it runs: %d %s%s", status, out, stderr)
	}
	running.Stop(syscall.SIGTERM)
	if status, out, stderr := rules(facts, "decide"); status != 0 || !strings.Contains(out, want) {
		t.Errorf("decide when it has stopped: %d %s%s", status, out, stderr)
	}
	if status, _, stderr := rules("", "publish", "--file", file, "--note", "x"); status != 2 || !strings.Contains(stderr, "--as") {
		t.Errorf("publish by nobody: %d %s", status, stderr)
	}
}
