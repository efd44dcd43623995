-- The second wall. What the program's role sees of cases, and of what belongs to them, is what the wall of its transaction
-- lets it, whatever a query asks for. A transaction says whose wall that is in the setting portico.wall; one that says
-- nothing sees nothing. The owner is not held by it. The policies come into force when the migration is over, and nothing is
-- connected any more of an older version, which would see nothing.
--
-- The setting is a line of words: who it is (person, or what the portal itself does), all or -, notes or -, provider or -,
-- the person's id, the accounts of all branches with the accounts that stand alone as negative numbers, the queues, and of
-- one's own cases the customer, the requester, and whom they are copied to.
create function wall_word(place int) returns text language sql stable parallel safe
  return nullif(split_part(current_setting('portico.wall', true), ' ', place), '');
create function wall_system()    returns boolean  language sql stable parallel safe return wall_word(1) <> 'person';
create function wall_open()      returns boolean  language sql stable parallel safe return wall_word(2) = 'all';
create function wall_notes()     returns boolean  language sql stable parallel safe return wall_word(3) = 'notes';
create function wall_provider()  returns boolean  language sql stable parallel safe return wall_word(4) = 'provider';
create function wall_person()    returns bigint   language sql stable parallel safe return wall_word(5)::bigint;
create function wall_accounts()  returns bigint[] language sql stable parallel safe return wall_word(6)::bigint[];
create function wall_queues()    returns bigint[] language sql stable parallel safe return wall_word(7)::bigint[];
create function wall_root()      returns bigint   language sql stable parallel safe return wall_word(8)::bigint;
create function wall_requester() returns bigint   language sql stable parallel safe return wall_word(9)::bigint;
create function wall_copied()    returns bigint   language sql stable parallel safe return wall_word(10)::bigint;

-- The case that a transaction has in hand, as it found it behind its wall to change it, or opened it. It stays there until
-- the end, also when it is moved to where its mover does not see.
create function wall_held() returns bigint language sql stable parallel safe
  return nullif(current_setting('portico.held', true), '')::bigint;

-- As the owner: else the policies of cases and of copies would ask each other forever. What it stands for was looked up when
-- it was made, so no search path can lead it elsewhere.
create function wall_copies() returns bigint[] language sql stable parallel safe security definer
  return array(select k.case_id from case_copies k where k.person_id = wall_copied());
revoke execute on function wall_copies() from public;

-- Each part is worked out once a query at most, and only if a row asks for it. No index can answer the first, so the wall is
-- never what rows are looked up by: a list goes on being read by its own condition, in its order.
create policy wall on cases using (
     (select wall_open())
  or array[a1, a2, a3, a4, a5, a6, a7, a8, -account_id] && (select wall_accounts())
  or queue_id = any ((select wall_queues())::bigint[])
  or a1 = (select wall_root()) and (requester_id = (select wall_requester()) or id = any ((select wall_copies())::bigint[]))
  or id = (select wall_held()));

create policy wall on case_copies for select using (
  (select wall_open()) or person_id = (select wall_person()) or exists (select from cases c where c.id = case_id));
create policy wall_in on case_copies for insert with check (
  (select wall_open()) or case_id = (select wall_held()) or exists (select from cases c where c.id = case_id));
create policy wall_out on case_copies for delete using (
  (select wall_open()) or case_id = (select wall_held()) or exists (select from cases c where c.id = case_id));

-- Who opens a case has its decision written, without being told of it.
create policy wall on events for select using (
  (not internal or (select wall_notes()))
  and ((select wall_open()) or case_id = (select wall_held()) or exists (select from cases c where c.id = case_id)));
create policy wall_in on events for insert with check (
  (not internal or (select wall_notes()) or kind = 'decided')
  and ((select wall_open()) or case_id = (select wall_held()) or exists (select from cases c where c.id = case_id)));

-- Until a file is part of an event, nobody but who uploaded it sees it.
create policy wall on files using (
  case when case_id is null then person_id = (select wall_person()) or (select wall_system())
       else exists (select from events e where e.id = event_id) end);

-- Mail is written and sent by the portal itself. What it tells of a case is promised by whoever does it.
create policy wall on mails for select using ((select wall_system()) or (select wall_provider()));
create policy wall_in on mails for insert with check (
  (select wall_system()) or case_id is not null
  and ((select wall_open()) or case_id = (select wall_held()) or exists (select from cases c where c.id = case_id)));
create policy wall_up on mails for update using ((select wall_system()));
create policy wall_out on mails for delete using ((select wall_system()));

-- Everybody's deeds are noted, and one's own can be looked up, so that looking twice is noted once.
create policy wall on audit for select using (
  (select wall_system()) or (select wall_provider()) or actor_id = (select wall_person()));
create policy wall_in on audit for insert with check (true);
