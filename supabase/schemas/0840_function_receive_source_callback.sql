-- A source that was changed, disabled or removed a moment ago lets nobody in by what it was: the door
-- is told that it knows an old one, and nothing is recorded.

create or replace function public.receive_source_callback(p_callback jsonb, p_revision text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from private.webhook_sources
    where webhook_sources.name = p_callback ->> 'source'
      and webhook_sources.is_enabled
      and private.source_revision(webhook_sources) = p_revision
  ) then
    return null;
  end if;
  return public.receive_callback(p_callback);
end;
$$;

comment on function public.receive_source_callback(jsonb, text) is
'receive_callback for a custom source; null where the source is not any more what it was verified by. Called by the door webhook.';

revoke execute on function public.receive_source_callback(jsonb, text) from public, anon, authenticated;
grant execute on function public.receive_source_callback(jsonb, text) to service_role;
