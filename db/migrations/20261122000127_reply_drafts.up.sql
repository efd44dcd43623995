-- What people have begun to write to a case, until it is sent: nobody else's business. The mark is another each time that
-- it is kept, so that what was begun in one window is not lost to what is typed in another. The submission is that of the
-- form that kept it last: once an event has it, the draft was sent, and is over, however late it was kept.
create table reply_drafts (
  person_id  bigint not null references people on delete cascade,
  case_id    bigint not null references cases on delete cascade,
  body       text not null,
  files      uuid[] not null, -- uploads, which live as long as it
  submission uuid not null,
  mark       uuid not null default gen_random_uuid(),
  saved_at   timestamptz not null,
  primary key (person_id, case_id)
);
create index reply_drafts_case on reply_drafts (case_id);
create index reply_drafts_saved on reply_drafts (saved_at);

alter table reply_drafts enable row level security;
create policy wall on reply_drafts using (person_id = (select wall_person()) or (select wall_system()));
