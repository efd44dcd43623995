-- Lists of some days, narrowed by something else besides: what they are narrowed by stands in the index that finds them.
drop index cases_created;
create index cases_created on cases (created_at, id)
  include (type, priority, state, account_id, product_id, requester_id, updated_at);

-- There are kinds of cases that no case is of, or few: they are looked up, not looked for in all cases. So few values make
-- a small index. Statistics of these two alone tell PostgreSQL which to expect.
create index cases_kind on cases (type, priority);
create statistics cases_of_kind (mcv) on type, priority from cases;
analyze cases;
