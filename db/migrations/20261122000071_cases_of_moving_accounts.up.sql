-- A case that is opened while its account moves, and an account that is added while its parent does, wait until that is
-- done, or are waited for: a mere key share does not keep the path from being changed.
create or replace function case_ancestors() returns trigger language plpgsql as $$
declare p bigint[];
begin
  select path into strict p from accounts where id = new.account_id for share;
  new.a1 := p[1]; new.a2 := p[2]; new.a3 := p[3]; new.a4 := p[4];
  new.a5 := p[5]; new.a6 := p[6]; new.a7 := p[7]; new.a8 := p[8];
  return new;
end $$;
create or replace function account_path() returns trigger language plpgsql as $$
begin
  if new.parent_id is null then
    new.path := array[new.id];
  else
    select path || new.id into strict new.path from accounts where id = new.parent_id for share;
  end if;
  return new;
end $$;
