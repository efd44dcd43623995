package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"portico/cmd/portico/bench"
	"portico/cmd/portico/programtest"
)

// A benchmark from its seed to its last figure, as short as it can be: what it measures here is worth nothing, but that
// it measures all of it, each against its floor, and finds nothing wrong.
func TestBench(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := programtest.RunWithin(t, programtest.Command(t, []string{programtest.Plain}, "bench", "--short",
		"--cases", "300", "--clients", "1", "--duration", "8ms", "--streams", "30", "--mails", "30", "--json"), 10*programtest.Patience)
	var report bench.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || status != 0 {
		t.Fatalf("exit status %d, %v\n%s", status, err, stderr)
	}
	if report.Cases < 300 || report.Accounts == 0 || report.PostgreSQL == "" {
		t.Errorf("it measured %d cases of %d accounts on PostgreSQL %q", report.Cases, report.Accounts, report.PostgreSQL)
	}
	shown := map[string]bool{}
	for _, f := range report.Figures {
		shown[f.Group+": "+f.Name] = true
		switch {
		case f.Value != nil:
		case f.Name == "200 rules over all cases", f.Name == "a pile of mail is sent": // of many at once: none has a time of its own
			if f.Times == 0 || f.PerSecond <= 0 || f.Floor == nil || f.Floor.Times == 0 || f.Floor.PerSecond <= 0 {
				t.Errorf("%s was not measured: %+v over %+v", f.Name, f.Cost, f.Floor)
			}
		case f.Times == 0 || f.P50 <= 0 || f.P99 < f.P50:
			t.Errorf("%s was not measured: %+v", f.Name, f.Cost)
		case f.Floor == nil || f.Floor.Times == 0 || f.Floor.P50 <= 0:
			t.Errorf("%s has no floor: %+v", f.Name, f.Floor)
		}
	}
	for _, want := range figures() {
		if !shown[want] {
			t.Errorf("%s is missing", want)
		}
	}
}

// figures are those that every run takes.
func figures() []string {
	list := []string{
		"Memory of the portal: at rest", "Memory of the portal: after all of this",
		"Pages: customer, a case with 5 events", "Pages: agent, a case with 5 events",
		"Pages: customer, a case with 500 events", "Pages: agent, a case with 500 events",
		"Pages: customer, home", "Pages: customer administrator, home", "Pages: agent, queues",
		"Forms: customer, the form follows an answer", "Forms: customer administrator, the form follows an answer",
		"Verbs: customer, opens a case", "Verbs: 64 agents take the next case",
		"Streams: 30 open streams, memory", "Streams: from commit to the last of 30 told",
		"Rules: from a publication elsewhere to a case decided by it", "Mail: a pile of mail is sent",
	}
	for _, set := range []string{"the demo's rules", "100 rules of four conditions", "1000 rules of four conditions"} {
		list = append(list, "Deciding: "+set, "Deciding: "+set+", without a trace", "Deciding: "+set+", read naively")
	}
	for _, who := range []string{"customer", "case manager", "customer administrator", "agent"} {
		for _, page := range []string{"first page", "searched by a rare word", "searched by a rare word and another, never before", "searched by a number"} {
			list = append(list, "List of cases, as a partial: "+who+", "+page, "The second wall, on the rows of a list: "+who+", "+page)
		}
	}
	for _, page := range []string{"last page", "open and of one priority", "searched by a common word"} {
		list = append(list, "List of cases, as a partial: agent, "+page)
	}
	return list
}

func TestBenchRefuses(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	portal := programtest.Serve(t, nil, "--demo", "--data", data)
	address := portal.Ready().URL

	for _, test := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"a database that nobody filled for it", []string{"--url", address, "--metrics", address + "/metrics", "--data", data}, 1, "only a database that was filled for it"},
		{"a portal whose metrics it isn't told", []string{"--url", address, "--data", data}, 2, "--metrics"},
		{"a portal whose database it isn't told", []string{"--url", address, "--metrics", address + "/metrics"}, 2, "--data"},
		{"metrics without their portal", []string{"--metrics", address}, 2, "--url"},
		{"nobody to ask", []string{"--clients", "0"}, 2, "above zero"},
		{"a word too many", []string{"now"}, 2, "not needed"},
		{"an earlier report that is none", []string{"--compare", data}, 1, "the report to compare with"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, _, stderr := programtest.Run(t, programtest.Command(t, nil, append([]string{"bench"}, test.args...)...))
			if status != test.status || !strings.Contains(stderr, test.says) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit status %d, want %d and one sentence with %q:\n%s", status, test.status, test.says, stderr)
			}
		})
	}
}
