-- Whether somebody has just looked at the same: a page that refreshes in parts is one look.
create index audit_looks on audit (actor_id, action, subject, subject_id, at desc);
