package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"portico/db"
)

// The first policy as people read it: a row an action, a column a role.
const firstPolicy = `
| may | customer | case manager | customer administrator | dashboards & reports | agent | team lead | platform administrator |
| see a case, export what one sees | own, copied | reach | reach | – | all | all | all |
| comment | own, copied | reach | reach | – | queues | queues | – |
| change short description, product, CCs | own | reach | reach | – | queues | queues | – |
| solve, reopen, follow up | own | reach | reach | – | queues | queues | – |
| open a case | home account | reach | reach | – | all | all | – |
| open it for another contact | – | reach | reach | – | all (a caller) | all | – |
| see products and articles | home account | reach | reach | – | all | all | all |
| see reports | – | – | reach | reach | queues | queues | all |
| see and manage contacts and grants | – | – | reach | – | see: all | see: all | all |
| internal note | – | – | – | – | all | all | all |
| take, request information, move, set priority, tags | – | – | – | – | queues | queues | – |
| assign to somebody else | – | – | – | – | – | queues | – |
| forms, rules, queues, policy, accounts, set-up | – | – | – | – | – | – | all |
`

// rowActions are the actions that a row of the table speaks of.
var rowActions = [][]Action{
	{See}, {Comment}, {Change}, {Solve}, {Open}, {OpenFor}, {SeeProducts}, {SeeReports}, {SeeContacts, ManageContacts},
	{Note}, {Work}, {Assign}, {Configure},
}

// endsAt are the cases that each word of the table reaches, for the people of this test.
var endsAt = map[string][]string{
	"own":                {"mine", "mine in a sister account"},
	"copied":             {"copied", "copied in a sister account"},
	"home account":       {"mine", "copied", "a colleague's"},
	"reach this account": {"mine", "copied", "a colleague's"},
	"reach and below":    {"mine", "copied", "a colleague's", "the child account's"},
	"queues":             {"mine", "copied at another customer", "the child account's", "the sister account's"}, // Voice
	"all":                slices.Collect(maps.Keys(cases)),
}

// accountsAt are the accounts that each word of the table reaches; what isn't here reaches cases only.
var accountsAt = map[string][]string{
	"home account":       {"Maple Foods East"},
	"reach this account": {"Maple Foods East"},
	"reach and below":    {"Maple Foods East", "Maple Foods Halifax Plant"},
	"all":                slices.Collect(maps.Keys(accounts)),
}

// TestEachCellOfTheFirstPolicy holds the whole table, cell by cell, for single things and for lists.
func TestEachCellOfTheFirstPolicy(t *testing.T) {
	j := firstJudge(t)
	rows := strings.Split(strings.TrimSpace(firstPolicy), "\n")[1:]
	if len(rows) != len(rowActions) {
		t.Fatalf("the table has %d rows, %d are known", len(rows), len(rowActions))
	}
	for i, row := range rows {
		columns := strings.Split(strings.Trim(row, "| "), " | ")
		if len(columns) != 1+len(db.Roles) {
			t.Fatalf("%q has %d columns", row, len(columns))
		}
		for _, action := range rowActions[i] {
			for k, role := range db.Roles {
				for variant, who := range holders(role) {
					t.Run(fmt.Sprintf("%s/%s%s", action, role, variant), func(t *testing.T) {
						var wantCases, wantAccounts []string
						for _, word := range words(columns[k+1], action) {
							wantCases = append(wantCases, endsAt[word+variantOf(word, variant)]...)
							wantAccounts = append(wantAccounts, accountsAt[word+variantOf(word, variant)]...)
						}
						if got, want := seen(t, j, who, action), sorted(wantCases...); !slices.Equal(got, want) {
							t.Errorf("cases %q, want %q", got, want)
						}
						if got, want := reached(t, j, who, action), sorted(wantAccounts...); !slices.Equal(got, want) {
							t.Errorf("accounts %q, want %q", got, want)
						}
						if got, want := j.May(who, action), len(wantCases) > 0; got != want {
							t.Errorf("may anywhere: %t, want %t", got, want)
						}
					})
				}
			}
		}
	}
}

// words are a cell's reaches, as far as they are about the action.
func words(text string, action Action) []string {
	if text == "–" || strings.HasPrefix(text, "see: ") && action != SeeContacts {
		return nil
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "see: "), " (a caller)")
	return strings.Split(text, ", ")
}

func variantOf(word, variant string) string {
	if word == "reach" {
		return variant
	}
	return ""
}

// holders are people who hold just this role, once with each reach where the role has one.
func holders(role db.Role) map[string]Actor {
	switch role {
	case db.PlatformAdministrator:
		return map[string]Actor{"": staff(db.Grant{Role: role})}
	case db.Agent, db.TeamLead:
		return map[string]Actor{"": staff(db.Grant{Role: role, QueueID: voice})}
	default:
		return map[string]Actor{
			" this account": contact(grantAt(role, mapleEast, db.ThisAccount)),
			" and below":    contact(grantAt(role, mapleEast, db.AndBelow)),
		}
	}
}

// TestTheMatrixIsWhatCasbinSays asks casbin again for every cell, and once for words that no policy has.
func TestTheMatrixIsWhatCasbinSays(t *testing.T) {
	j := firstJudge(t)
	m := *j.matrix.Load()
	cells := 0
	for _, role := range append([]db.Role{"stranger"}, db.Roles...) {
		for _, action := range append([]Action{"fly"}, Actions...) {
			for _, reach := range Reaches {
				yes, err := j.enforcer.Enforce(string(role), string(action), string(reach))
				if err != nil {
					t.Fatal(err)
				}
				if got := slices.Contains(m[cell{role, action}], reach); got != yes {
					t.Errorf("%s, %s, %s: the matrix says %t, casbin %t", role, action, reach, got, yes)
				}
				if yes {
					cells++
				}
			}
		}
	}
	if lines := strings.Count(firstText, "\np,"); cells != lines {
		t.Errorf("%d cells allow something, from %d lines: some line has a word that is not known", cells, lines)
	}
}
