// Package torture pulls plugs on the whole program: it kills the portal and its database, or takes the database away,
// while clients work, and holds what is there afterwards against what the clients were told.
//
// The clients keep a ledger. What counts as acknowledged is an answer that was read to its end and says that it is done:
// nothing less. What was acknowledged must be there, whole and once; what was not, whole or not at all, and once when
// the client repeats it with the same token.
package torture
