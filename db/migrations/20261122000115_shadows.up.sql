-- The cases that a shadow has counted above the number up to which it has counted all. Numbers are given before cases are
-- there, so a lower one may come later.
create table shadowed (
  backtest_id bigint not null references backtests on delete cascade,
  case_id     bigint not null,
  primary key (backtest_id, case_id)
);
