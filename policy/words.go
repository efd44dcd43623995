package policy

import "fmt"

// Action is something that people may be allowed to do. Its string is kept in the policy's lines: it never changes.
type Action string

// The actions, in the order of the matrix.
const (
	See            Action = "see"             // see a case; export what one sees
	Comment        Action = "comment"         // add to the conversation
	Change         Action = "change"          // short description, product, CCs
	Solve          Action = "solve"           // solve, reopen, follow up
	Open           Action = "open"            // open a case at an account
	OpenFor        Action = "open-for"        // open a case for another contact, a caller among them
	SeeProducts    Action = "see-products"    // products and articles
	SeeReports     Action = "see-reports"     // about the cases in its scope
	SeeContacts    Action = "see-contacts"    // contacts and their grants
	ManageContacts Action = "manage-contacts" // contacts and their grants
	Note           Action = "note"            // read and write internal notes
	Work           Action = "work"            // take, request information, move, set priority, tags
	Assign         Action = "assign"          // assign to somebody else
	Configure      Action = "configure"       // forms, rules, queues, policy, accounts, set-up
)

// Actions lists every action in the order of the matrix.
var Actions = []Action{
	See, Comment, Change, Solve, Open, OpenFor, SeeProducts, SeeReports, SeeContacts, ManageContacts, Note, Work, Assign,
	Configure,
}

// Reach is how far the policy lets a role go. Where that leads depends on the person and on the grant.
type Reach string

// The reaches. Own and Copied end at the customer of one's home account.
const (
	Own     Reach = "own"    // cases whose requester one is
	Copied  Reach = "copied" // cases one is copied on
	Shared  Reach = "shared" // what one's home account lets its contacts see beyond their own
	Home    Reach = "home"   // one's home account
	Granted Reach = "reach"  // the grant's account and, where the grant says so, all below it
	Queues  Reach = "queues" // cases in the grant's queue
	All     Reach = "all"
)

// Reaches lists every reach, the narrow ones first.
var Reaches = []Reach{Own, Copied, Shared, Home, Granted, Queues, All}

// Forbidden is the error of somebody who may see a thing, but may not do this to it.
type Forbidden struct{ Action Action }

func (f Forbidden) Error() string { return fmt.Sprintf("policy: may not %s", f.Action) }
