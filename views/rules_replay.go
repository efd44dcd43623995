package views

import (
	"slices"
	"time"

	"portico/rules"
)

// ReplayPage is the nights in which the cases of the day before were decided again, and what came out otherwise in one.
type ReplayPage struct {
	Shell
	Runs   []ReplayRun
	Chosen *ReplayRun // nil: in none of them anything did
	Cases  []ReplayCase
}

// Template names views/rules/replay.html.
func (*ReplayPage) Template() string { return "rules/replay" }

// More is how many cases of the chosen day are not listed.
func (p *ReplayPage) More() int { return p.Chosen.Differing - len(p.Cases) }

// ReplayRun is one night.
type ReplayRun struct {
	Day       time.Time // whose cases were decided again
	Key       string    // as the address names it
	Cases     int
	Differing int
	UnderWay  bool
	Chosen    bool
}

// ReplayCase is a case that came out otherwise.
type ReplayCase struct {
	Number, Href string
	Version      int
	VersionHref  string
	Differs      []ReplayDifference
}

// ReplayDifference is one thing that did; Kept and Again are empty where it is not an outcome that was set.
type ReplayDifference struct {
	What        Message
	Kept, Again string
}

// ReplayWhat is what people call what can differ between two decisions.
func ReplayWhat(what string) Message {
	if slices.Contains(rules.OutcomeNames, what) {
		return OutcomeName(what)
	}
	return Say("replay.what." + what)
}

// RulesAlarm is what the page of the rules says first of all; empty as it should be.
type RulesAlarm struct {
	Replay int           // cases of the last days that were decided otherwise when they were decided again
	Lost   []RuleProblem // what live rules speak of and is not there any more
}
