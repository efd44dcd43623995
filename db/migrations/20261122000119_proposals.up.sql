-- Drafts that are to be published: by a second person's leave, or at a time. One speaks of a draft as it was at a revision:
-- once somebody changes the draft, it counts no more.
create table rule_proposals (
  draft_id    bigint primary key references rule_drafts on delete cascade,
  revision    int not null,
  state       text not null check (state in ('asked', 'planned', 'returned', 'failed')),
  note        text not null,
  publish_at  timestamptz, -- null: at once
  asked_by    bigint not null references people,
  asked_at    timestamptz not null,
  approved_by bigint references people,
  approved_at timestamptz,
  word        text not null default '', -- of who sent it back, or why it could not be published
  word_by     bigint references people,
  word_at     timestamptz,
  check (state <> 'planned' or publish_at is not null)
);
create index rule_proposals_planned on rule_proposals (publish_at) where state = 'planned';

-- Who let a version be published besides who published it, for when it was planned, and the draft that it was; alone: it
-- needed a second person, and had none, as it undid something.
alter table rule_versions
  add column approved_by bigint references people,
  add column planned_for timestamptz,
  add column draft_id bigint,
  add column draft text not null default '',
  add column alone boolean not null default false;
-- A draft is published once, whoever is at it at the same time.
create unique index rule_versions_draft on rule_versions (draft_id) where draft_id is not null;
