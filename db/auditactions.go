package db

// What the audit log tells of, by what it is done to. Each has its words in the catalogues, under "audit.action.".
const (
	// Cases.
	CaseLooked     AuditAction = "case.look"
	CasesLooked    AuditAction = "cases.look" // a list of them
	CasesExported  AuditAction = "cases.export"
	FileLooked     AuditAction = "file.look"
	QueueLooked    AuditAction = "queue.look"
	MailLooked     AuditAction = "mail.look"
	MailResent     AuditAction = "mail.resend" // by somebody, after it was given up, or perhaps sent
	ProductsLooked AuditAction = "products.look"
	CallersLooked  AuditAction = "callers.look" // a search for whom a case is to be opened for

	// What one is told of.
	CaseFollowed      AuditAction = "case.follow"
	CaseUnfollowed    AuditAction = "case.unfollow"
	AccountFollowed   AuditAction = "account.follow"
	AccountUnfollowed AuditAction = "account.unfollow"

	// Oneself.
	PersonDescribed    AuditAction = "person.describe"    // their profile
	PersonPictured     AuditAction = "person.picture"     // set, or taken away
	PersonPreferred    AuditAction = "person.prefer"      // how the portal is to be
	PersonNotified     AuditAction = "person.notify"      // what to be told of by mail
	PersonUnsubscribed AuditAction = "person.unsubscribe" // by the link of a mail

	// Rules.
	RulesPublished AuditAction = "rules.publish"
	DraftBegun     AuditAction = "draft.create"
	DraftChanged   AuditAction = "draft.change"
	DraftRemoved   AuditAction = "draft.remove"
	DraftRenamed   AuditAction = "draft.rename"
	DraftAsked     AuditAction = "draft.ask"      // for a second person's leave
	DraftPlanned   AuditAction = "draft.plan"     // to be published at a time
	DraftApproved  AuditAction = "draft.approve"  // by a second person
	DraftReturned  AuditAction = "draft.return"   // with a word
	DraftWithdrawn AuditAction = "draft.withdraw" // it is neither planned nor asked for any more
	DraftFailed    AuditAction = "draft.fail"     // at its time it could not be published

	// Drafts held against what is live.
	BacktestBegun   AuditAction = "backtest.create"
	BacktestStopped AuditAction = "backtest.cancel"
	CasesRepaired   AuditAction = "rules.repair" // cases that a version decided are decided anew
	RepairLooked    AuditAction = "repair.look"
	BacktestLooked  AuditAction = "backtest.look"
	ShadowBegun     AuditAction = "shadow.create"
	ShadowEnded     AuditAction = "shadow.end"

	// The log itself.
	AuditExported AuditAction = "audit.export"

	// Contacts, as their administrators keep them.
	ContactsLooked   AuditAction = "contacts.look" // a list of them
	ContactLooked    AuditAction = "contact.look"
	ContactCreated   AuditAction = "contact.create"
	ContactChanged   AuditAction = "contact.change"
	ContactInvited   AuditAction = "contact.invite"
	ContactDisabled  AuditAction = "contact.disable"
	ContactEnabled   AuditAction = "contact.enable"
	ContactUnlocked  AuditAction = "contact.unlock"
	ContactsExported AuditAction = "contacts.export"

	// What the provider sets up.
	StaffCreated       AuditAction = "staff.create"
	StaffChanged       AuditAction = "staff.change"
	StaffInvited       AuditAction = "staff.invite"
	StaffDisabled      AuditAction = "staff.disable"
	StaffEnabled       AuditAction = "staff.enable"
	StaffUnlocked      AuditAction = "staff.unlock"
	QueueCreated       AuditAction = "queue.create"
	QueueRenamed       AuditAction = "queue.rename"
	QueueRemoved       AuditAction = "queue.remove"
	QueuesOrdered      AuditAction = "queues.order"
	FamilyCreated      AuditAction = "family.create"
	FamilyChanged      AuditAction = "family.change"
	FamilyRemoved      AuditAction = "family.remove"
	ServiceCreated     AuditAction = "service.create"
	ServiceChanged     AuditAction = "service.change"
	ServiceRemoved     AuditAction = "service.remove"
	ServicesOrdered    AuditAction = "services.order"
	TargetsChanged     AuditAction = "targets.change"
	HoursChanged       AuditAction = "hours.change"
	HolidaysAdded      AuditAction = "holidays.add"
	HolidayRemoved     AuditAction = "holiday.remove"
	ContactWayCreated  AuditAction = "contact-way.create"
	ContactWayChanged  AuditAction = "contact-way.change"
	ContactWayRemoved  AuditAction = "contact-way.remove"
	ContactWaysOrdered AuditAction = "contact-ways.order"
	CategoryChanged    AuditAction = "category.change"
	CategoriesOrdered  AuditAction = "categories.order"
	ItemCreated        AuditAction = "item.create"
	ItemChanged        AuditAction = "item.change"
	ItemsOrdered       AuditAction = "items.order"
	SettingsChanged    AuditAction = "settings.change"

	// People whom the portal doesn't know yet, and their first requests.
	RegistrationCreated  AuditAction = "registration.create"
	RegistrationWaits    AuditAction = "registration.wait" // for an administrator of the account
	RegistrationApproved AuditAction = "registration.approve"
	RegistrationRefused  AuditAction = "registration.refuse"
	RegistrationExpired  AuditAction = "registration.expire" // nobody had decided it
	RegistrationsLooked  AuditAction = "registrations.look"
	CodeRenewed          AuditAction = "account.renew-code"
	ReceptionMade        AuditAction = "account.reception" // first requests are filed under it
	PersonJoined         AuditAction = "person.join"       // by the link in a mail: from now on they can sign in
	RequestSent          AuditAction = "request.create"    // by somebody who was not signed in
	RequestConfirmed     AuditAction = "request.confirm"
	CaseFiled            AuditAction = "case.file" // under another account
	ContactMoved         AuditAction = "contact.move"
	ItemEstablished      AuditAction = "item.establish"

	// Grants of contacts.
	GrantGiven   AuditAction = "grant.give"
	GrantTaken   AuditAction = "grant.take"
	GrantReached AuditAction = "grant.reach" // the same role at the same account reaches further, or less far
	GrantsLooked AuditAction = "grants.look"
	WhyLooked    AuditAction = "why.look" // why somebody may see a case, and what is missing

	// Getting in, and one's own login.
	SignedInAs      AuditAction = "sign-in.begin"
	SignInFailed    AuditAction = "sign-in.fail"
	SignInLocked    AuditAction = "sign-in.lock"
	SignedOut       AuditAction = "session.end"
	SessionsEnded   AuditAction = "sessions.end" // all others of the same person
	LinkUsed        AuditAction = "link.use"
	PasswordChosen  AuditAction = "password.choose" // with a link
	PasswordChanged AuditAction = "password.change"
	EmailRequested  AuditAction = "email.request"
	EmailChanged    AuditAction = "email.change"

	// Accounts, what they have, and where they hang.
	AccountLooked    AuditAction = "account.look"
	AccountsLooked   AuditAction = "accounts.look"
	AccountCreated   AuditAction = "account.create"
	AccountChanged   AuditAction = "account.change"
	AccountRemoved   AuditAction = "account.remove"
	AccountMoveAsked AuditAction = "account.ask-move" // it is done when all its cases are there
	AccountMoved     AuditAction = "account.move"
	AccountStayed    AuditAction = "account.stay" // it could not be moved after all
	CodeMade         AuditAction = "account.make-code"
	CodeWithdrawn    AuditAction = "account.withdraw-code"
	LocationAdded    AuditAction = "location.add"
	LocationRenamed  AuditAction = "location.rename"
	LocationRemoved  AuditAction = "location.remove"
	ProductsAdded    AuditAction = "product.add"
	ProductsRemoved  AuditAction = "product.remove"

	// Files of contacts.
	ContactsTried    AuditAction = "contacts.try-import" // what would come of it was shown
	ContactsImported AuditAction = "contacts.import"
	ImportLooked     AuditAction = "import.look"
)
