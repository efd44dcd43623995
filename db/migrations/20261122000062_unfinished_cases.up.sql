-- Few cases are unfinished at any time. What is limited to those that are open, or that wait for their customer, starts
-- here, at any level that may hold a great many others; what it is narrowed by besides stands beside it.
drop index cases_awaiting;
drop index cases_awaiting_a1;
drop index cases_awaiting_a2;
create index cases_unfinished on cases (updated_at desc, id desc)
  include (state, type, priority, account_id, product_id, requester_id, created_at)
  where state in ('new', 'open', 'awaiting');
create index cases_unfinished_a1 on cases (a1, updated_at desc, id desc)
  include (state, type, priority, account_id, product_id, requester_id, created_at)
  where state in ('new', 'open', 'awaiting');
create index cases_unfinished_a2 on cases (a2, updated_at desc, id desc)
  include (state, type, priority, account_id, product_id, requester_id, created_at)
  where state in ('new', 'open', 'awaiting') and a2 is not null;
