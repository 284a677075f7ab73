-- What p_changes does not name stays as it is; null takes an optional field away. As with an endpoint, nothing is known yet of
-- how it goes with another URL.

create or replace function public.put_webhook_source(p_name text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_source private.webhook_sources;
  v_target text;
  v_rule text;
begin
  if not exists (select 1 from private.webhook_sources where webhook_sources.name = p_name) then
    insert into private.webhook_sources (name, scheme, secret_name, secret_in)
    values (p_name, p_changes ->> 'scheme', p_changes ->> 'secret_name', coalesce(p_changes ->> 'secret_in', 'env'))
    on conflict do nothing;
  end if;

  select webhook_sources.* into v_source from private.webhook_sources where webhook_sources.name = p_name for update;
  v_target := v_source.handler_target;
  v_source := jsonb_populate_record(v_source, p_changes - 'name' - 'created_at' - 'updated_at');
  if v_source.handler_kind = 'delivery' then
    v_source.handler_target := private.small_scheme(v_source.handler_target);
  end if;

  update private.webhook_sources
  set
    scheme = v_source.scheme,
    header = v_source.header,
    secret_in = v_source.secret_in,
    secret_name = v_source.secret_name,
    id_path = v_source.id_path,
    type_path = v_source.type_path,
    rate_limit = v_source.rate_limit,
    handler_kind = v_source.handler_kind,
    handler_target = v_source.handler_target,
    is_enabled = v_source.is_enabled,
    updated_at = private.clock()
  where webhook_sources.name = p_name
  returning webhook_sources.* into v_source;

  if v_source.handler_kind = 'function'
    and to_regprocedure('handlers.' || quote_ident(v_source.handler_target) || '(text)') is null then
    raise exception 'Cannot put source "%": there is no function handlers.%(text)', p_name, v_source.handler_target
      using errcode = 'RL400';
  end if;

  update private.delivery_lanes
  set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
  where delivery_lanes.lane = 'source:' || p_name
    and v_source.handler_target is distinct from v_target;

  perform private.record_event(null, 'source.changed', null, null, jsonb_build_object(
    'name', p_name, 'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes) as fields (name))
  ));
  return private.source_view(v_source);
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    raise exception 'Cannot put source "%": %', p_name, private.source_rule(v_rule) using errcode = 'RL400';
  when not_null_violation then
    get stacked diagnostics v_rule = column_name;
    raise exception 'Cannot put source "%": % is required', p_name, v_rule using errcode = 'RL400';
end;
$$;

comment on function public.put_webhook_source(text, jsonb) is
'Creates or changes a source: scheme, secret_name (both required at first), header, secret_in, id_path, type_path, rate_limit, handler_kind, handler_target, is_enabled. Answers as list_webhook_sources does. Raises RL400. Called by webhook-manage.';

revoke execute on function public.put_webhook_source(text, jsonb) from public, anon, authenticated;
grant execute on function public.put_webhook_source(text, jsonb) to service_role;
