-- Whose request staff have filed under an account may be one of its contacts too, if its administrator agrees.
alter table registrations add column case_id bigint references cases on delete cascade;
create index registrations_case on registrations (case_id) where case_id is not null;
