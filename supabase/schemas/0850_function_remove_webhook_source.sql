-- What it sent stays on record.

create or replace function public.remove_webhook_source(p_name text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  delete from private.webhook_sources where webhook_sources.name = p_name;

  if not found then
    raise exception 'Cannot remove source "%": no such source', p_name using errcode = 'RL404';
  end if;

  perform private.record_event(null, 'source.removed', null, null, jsonb_build_object('name', p_name));
  return jsonb_build_object('name', p_name, 'removed', true);
end;
$$;

comment on function public.remove_webhook_source(text) is
'Its path is unknown from now on. {name, removed}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.remove_webhook_source(text) from public, anon, authenticated;
grant execute on function public.remove_webhook_source(text) to service_role;
