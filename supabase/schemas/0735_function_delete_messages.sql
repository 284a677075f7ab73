create or replace function private.delete_messages(p_delivery_ids text[], p_project_ids text[])
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
  where webhook_deliveries.delivery_id = any (p_delivery_ids)
    or webhook_deliveries.project_id = any (p_project_ids)
    or webhook_deliveries.batch_id = any (p_delivery_ids)
  order by webhook_deliveries.batch_id is not null, webhook_deliveries.delivery_id
  for update;

  -- What travelled in a batch stays for as long as its film.
  update public.webhook_deliveries
  set status = 'skipped', error = 'The batch that it travelled in was deleted', updated_at = private.clock()
  where webhook_deliveries.batch_id = any (p_delivery_ids)
    and webhook_deliveries.status = 'batched';

  delete from public.webhook_deliveries where webhook_deliveries.delivery_id = any (p_delivery_ids);
end;
$$;

comment on function private.delete_messages(text[], text[]) is
'Locks these deliveries and those of these projects, in the lock order, and deletes the former. The caller holds their endpoints, and deletes the projects.';

revoke execute on function private.delete_messages(text[], text[]) from public, anon, authenticated, service_role;
