-- Forms that were left half-way: one a person, item and requester (0: oneself), kept as reply_drafts are. The answers are
-- what was posted, by question. Once a case has the submission, the form was sent.
create table form_drafts (
  person_id    bigint not null references people on delete cascade,
  item         text not null references items on delete cascade,
  requester_id bigint not null,
  answers      jsonb not null,
  files        uuid[] not null,
  submission   uuid not null,
  mark         uuid not null default gen_random_uuid(),
  saved_at     timestamptz not null,
  primary key (person_id, item, requester_id)
);
create index form_drafts_saved on form_drafts (saved_at);

alter table form_drafts enable row level security;
create policy wall on form_drafts using (person_id = (select wall_person()) or (select wall_system()));
