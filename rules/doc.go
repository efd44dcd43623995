// Package rules is judgement: forms, and rules that decide what becomes of a case. It is pure. It sees no database row,
// no request and no clock; what it needs to know it is given, and the same input always gives the same output. So the
// live portal, a trial, an example and the command line are the same functions.
//
// # Forms
//
// A Form is data: questions in order, each with a condition over earlier answers. Compile makes a CompiledForm of it.
// Fill reads what was posted, against Offers: what this person may choose from for the account now chosen. One pass in
// order settles everything, because conditions look only backwards: a question that does not apply has no answer, so
// whatever depends on it sees a missing one. While a form is being filled in (Refresh), what no longer fits is dropped;
// when it is sent (Submit), it is complained of.
//
// # Rule sets
//
// A RuleSet is an ordered list of rules, stored as YAML; Parse and Format are its two directions. All conditions see the
// same facts; none sees what another rule did. An outcome with one value (priority, queue, assignee, the times within which
// is answered and solved) is set by the first rule in order that holds and sets it; what no rule sets the default sets.
// Outcomes that add up (tags, people notified, information requested) gather what every rule that holds gives, each thing
// once; what the default gives of such an outcome counts where no rule gave any. A rule that fails is passed over and
// reported. The customer reads the sentence of the rule that set the priority; if that has none, of the rule that set the
// queue; else the default's.
//
// # Conditions
//
// Conditions are a small part of expr: facts, literals, lists of text, and or not, == != < <= > >=, in, contains,
// startsWith, endsWith, matches (a fixed pattern), + - * / %, len, lower, upper, answered, and shared names. Everything
// else is refused where it stands. A literal that is compared with a fact of known choices must be one of them.
//
// A fact may be missing: an answer that was not asked for, did not apply or was left open; and what is known of an
// account, a contact or a time where there is none. A condition over a missing fact never fails. Read as true or false
// it is false, so its not is true. A comparison, or in, contains, startsWith, endsWith, matches, with a missing fact on
// either side, in arithmetic or as an argument too, is false. != and not in are always the opposite of == and in. A
// shared name reads as if its expression were written in its place. answered(fact) asks whether the fact is there.
//
// To make this hold without a machine of our own, each condition is rewritten before it is compiled: every comparison is
// guarded by the presence of what it compares (see lowering). A test holds the result against a naive reading of the
// sentences above.
//
// Parts are read from left to right, and only as far as needed: what is always true or false is left out beforehand. The
// one thing that can fail is a remainder by zero, and it fails where it is read.
//
// # How a set decides
//
// Compiling makes a plan (see plan). The values of each fact fall into classes that no condition of the set tells apart:
// missing, the choices that conditions name, one for all other choices, what lies between the numbers that they name. For
// each class of each fact it is known beforehand which rules are still possible, as a row of bits. A decision looks up the
// class of each fact and takes what is possible by all of them: mostly a few rules of a thousand. Where a condition is made
// of parts that all have to hold and each speak of one fact, it holds then; else it is asked, each question that several
// conditions share once. What is neither a look at a fact nor at a text goes to expr's machine, as do all conditions that
// can fail, whole, so that they fail where they would anyway.
//
// Nothing of this shows: a test holds decisions, with their traces, against a naive reading of the semantics. A Decider
// decides without a trace, and allocates nothing; Compiled.Decide gives the trace too.
//
// # What deciding can cost
//
// A condition is at most 4 KB long and, with shared names written out, 4,000 parts large; it has no loops, no text that
// grows, no clock. Patterns are bounded in size, and look at the first 64 KB of a text. So a decision takes time in
// proportion to the size of the set, whatever stands in it.
//
// # Explaining
//
// Explain tells of one decision what came close and what would have decided otherwise. It fills in the form again in every
// way that counts, question by question as Fill does, and decides each: first all forms with one answer changed, then with
// two, and so on, so that the first found is the smallest change. What rules and the form itself do not tell apart is tried
// once: of a choice one of each kind, of a number or a date one of each stretch between those that are named, of a list each
// combination of kinds, of a text each that is named and one that is not. Where a condition reads a text, a number or a date
// in another way, some kinds are left untried, and that is said. The account stays as it is. A budget bounds the work, and
// where it ends before the search, how far that came is said too. A test holds it against trying every form there is.
//
// # Checking
//
// Findings tells what a set can and can't do, each with a witness where there is one. The values of facts fall into the
// same kinds as above, and a small SAT solver asks whether any form that can be filled in makes a rule win, two of them disagree,
// or leaves all to the default. Where texts, numbers or dates are read in ways that have no kinds, and where a limit ends
// the search, a finding says that it is unproved. A test holds it against trying every form there is.
//
// # Comparing
//
// A Comparer asks two sets about one case after the other as they are kept, for backtests and shadows; a Tally counts what
// comes of it. Tallies of parts add up to that of the whole in any order.
//
// # Lexicons
//
// A decision is kept without its trace, with the version of the rules and the Lexicon that they were compiled against: the
// facts, choices and queues of that day. From these the same set is made again, which gives the trace and is how yesterday's
// decisions are proved.
//
// # Files, differences and merging
//
// Comments of files are kept with what they stand at, through Parse and Format. Diff tells what changes in meaning; Merge
// brings together what two people made of one set, and asks where they changed the same thing.
//
// # Where things are
//
//	forms       form, form_compile, fill, fill_read, offers, given
//	facts       facts, world, outcomes, assume, lookup, text
//	files       ruleset, parse, parse_set, format, comments, place, line, example
//	conditions  syntax, condition, lower, formula, language, worked, bounds
//	deciding    compile, plan, index, cell, decider, decide, decision, lexicon
//	explaining  explain, explain_*, describe
//	checking    finding, check, check_*, coverage
//	comparing   compare, tally
//	editing     problem, suggest, fix, uses, diff, merge, merge_order
package rules
