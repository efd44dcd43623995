-- What drafts of the rule set were before: who saves second is shown what the first one changed.
create table rule_draft_revisions (
  draft_id  bigint not null references rule_drafts on delete cascade,
  revision  int not null,
  source    text not null,
  author_id bigint not null references people,
  saved_at  timestamptz not null,
  primary key (draft_id, revision)
);
