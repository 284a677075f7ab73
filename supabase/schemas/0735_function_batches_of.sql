-- What an endpoint was sent that has been deleted since is found by the films: batches name none. Each of them may hold
-- a hundred other films' events, which are written anew when it goes.

create or replace function private.batches_of(p_project_ids text[], p_but text[], p_limit integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select distinct webhook_deliveries.batch_id
    from public.webhook_deliveries
    where webhook_deliveries.project_id = any (p_project_ids)
      and webhook_deliveries.batch_id <> all (p_but)
    limit p_limit
  );
end;
$$;

comment on function private.batches_of(text[], text[], integer) is
'Ids of p_limit batches at most that these projects'' events travelled in, but for p_but.';

revoke execute on function private.batches_of(text[], text[], integer) from public, anon, authenticated, service_role;
