package views

// all lists every template's type, by an empty value of it: the engine composes pages from it, and a test proves each
// template against its type. A template that is missing here fails a test.
var all = []View{
	&ErrorPage{},
	&ErrorNotice{},
	&SignIn{},
	&Sessions{},
	&Profile{},
	&Preferences{},

	&Home{},
	&Products{},
	&Status{},
	&Knowledge{},
	&KnowledgeFound{},
	&Article{},
	&Mailbox{},
	&MailPage{},
	&AuditLog{},
	&CatalogPage{},
	&CategoryPage{},
	&FormPage{},
	&Sheet{},
	&Finder{},
	&CallersPage{},
	&Callers{},
	&Opened{},
	&Gallery{},

	&CaseList{},
	&CaseRows{},
	&CaseLine{},
	&CaseHeadCell{},
	&PageLink{},
	&SortOption{},
	&CasePage{},
	&CaseLive{},
	&CaseActions{},
	&Replied{},

	&Desk{},
	&DeskRows{},
	&AgentTools{},
	&NoteForm{},
	&Why{},
	&CallerPage{},
	&CallersFound{},

	&RulesPage{},
	&BeginDraft{},
	&VersionPage{},
	&RollBack{},
	&DraftPage{},
	&Bench{},
	&Checked{},
	&DraftText{},
	&TextChecked{},
	&DraftExamples{},
	&DraftChanges{},
	&PublishDraft{},
	&DraftTry{},
	&Trial{},
}

// repeated are those that a page shows many of: see each.
var repeated = []View{&CaseLine{}, &CaseHeadCell{}, &PageLink{}, &SortOption{}}
