-- What the handler raises is raised: the caller records it, and the sender's next try comes here again.

create or replace function private.apply_to_source(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_source private.webhook_sources;
begin
  select webhook_sources.*
  into v_source
  from private.webhook_sources
  where webhook_sources.name = p_log.source;

  if not found then
    return jsonb_build_object('outcome', 'unknown', 'reason', format('There is no source "%s" any more', p_log.source));
  end if;

  case v_source.handler_kind
    when 'function' then
      execute format('select handlers.%I($1)', v_source.handler_target) using p_log.webhook_log_id;
    when 'delivery' then
      perform private.queue_source_delivery(v_source, p_log);
    else
      null;
  end case;
  return '{"outcome": "applied"}';
end;
$$;

comment on function private.apply_to_source(public.webhook_logs) is
'Gives a custom source''s callback to its handler, where there is one. Outcome applied, or unknown once the source is gone.';

revoke execute on function private.apply_to_source(public.webhook_logs) from public, anon, authenticated, service_role;
