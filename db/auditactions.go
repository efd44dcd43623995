package db

// What the audit log tells of, by what it is done to. Each has its words in the catalogues, under "audit.action.".
const (
	// Cases.
	CaseLooked AuditAction = "case.look"
)
