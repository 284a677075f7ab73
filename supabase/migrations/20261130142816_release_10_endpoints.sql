-- In a migration of its own: verbs come to endpoints before deliveries, and the other way round, so that no order of
-- locks would be everybody's where both are locked.
alter table private.endpoints add column idempotency_key text;
alter table private.endpoints add constraint one_endpoint_for_an_idempotency_key unique (user_id, idempotency_key);
comment on column private.endpoints.idempotency_key is 'By which who asks for it again, because an answer was lost, gets this one.';

--! altered supabase/schemas/0169_table_endpoints.sql sha256:438c8a4a8d876333cc0fb0c2c5ded9b8217a02690402413ed6db1bdb0114f6f8
