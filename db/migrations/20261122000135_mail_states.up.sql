-- What became of a mail. handed_at is noted when all of it lies with the server but for the last dot: who is killed between
-- that and the server's word leaves a mail that was perhaps sent, and that is not sent again by itself. outcome is the end
-- of one that was not sent; next_at when it is tried again.
alter table mails
  add column outcome   text not null default '' check (outcome in ('', 'kept', 'withheld', 'unwanted', 'failed')),
  add column handed_at timestamptz,
  add column tries     int not null default 0,
  add column next_at   timestamptz;

update mails set outcome = case
         when failure = 'its reader may not see the case any more' then 'withheld'
         when failure = 'its reader does not want to be told of such any more' then 'unwanted'
         when failure = '' and subject <> '' then 'kept' else '' end
 where sent_at is null;

-- What waits, and what somebody should look at: small as long as all goes well.
create index mails_waiting on mails (id) where sent_at is null and handed_at is null and outcome = '';
create index mails_failed  on mails (id) where outcome = 'failed';
create index mails_perhaps on mails (id) where sent_at is null and handed_at is not null and outcome = '';
-- And what was told of one case, or to one address.
create index mails_case    on mails (case_id, id);
create index mails_to      on mails (lower("to"), id);
