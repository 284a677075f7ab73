create or replace function private.lock_messages_of(p_endpoint_ids text[], p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- Those of endpoints and of projects at once: a page of results has both, and goes by id. What travels in a batch comes
  -- behind it: whoever ends, sends again or prunes a batch has that first.
  perform 1
  from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = any (p_endpoint_ids)
    or webhook_deliveries.project_id = any (p_project_ids)
  order by webhook_deliveries.batch_id is not null, webhook_deliveries.delivery_id
  for update;
end;
$$;

comment on function private.lock_messages_of(text[], text[]) is
'Locks all deliveries to these endpoints and of these projects, in the lock order: they are about to be deleted. The caller holds the endpoints'' locks.';

revoke execute on function private.lock_messages_of(text[], text[]) from public, anon, authenticated, service_role;
