-- Lists that are long and narrowed by what has no index of its own: what they are narrowed by stands in the index that
-- they are read by in order, so that a case that does not match costs no more than its entry there. Parts of customers
-- further down are short.
drop index cases_activity;
drop index cases_a1;
drop index cases_a2;
create index cases_activity on cases (updated_at desc, id desc)
  include (type, priority, state, account_id, product_id, requester_id, created_at);
create index cases_a1 on cases (a1, updated_at desc, id desc)
  include (type, priority, state, account_id, product_id, requester_id, created_at);
create index cases_a2 on cases (a2, updated_at desc, id desc)
  include (type, priority, state, account_id, product_id, requester_id, created_at) where a2 is not null;

-- Types of cases have priorities of their own: what is asked of both at once may be in no case at all.
create statistics cases_kinds (mcv, dependencies) on type, priority, state from cases;
analyze cases;
