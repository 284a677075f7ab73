-- What p_changes does not name stays as it is; null takes an optional field away. What is known of how it goes with an
-- endpoint is known of its URL: with another one, nothing is.

create or replace function public.put_endpoint(p_endpoint_id text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_secret text;
  v_rule text;
begin
  if p_endpoint_id is null then
    insert into private.endpoints (user_id, url, idempotency_key)
    values (p_changes ->> 'user_id', private.small_scheme(p_changes ->> 'url'), p_changes ->> 'idempotency_key')
    on conflict (user_id, idempotency_key) do nothing
    returning endpoints.* into v_endpoint;
    if not found then
      return private.endpoint_again(p_changes);
    end if;
    v_secret := private.add_endpoint_secret(v_endpoint.endpoint_id);
  else
    select endpoints.* into v_endpoint
    from private.endpoints
    where endpoints.endpoint_id = p_endpoint_id
    for no key update;
    if not found then
      raise exception 'Cannot change endpoint "%": no such endpoint', p_endpoint_id using errcode = 'RL404';
    end if;
  end if;

  v_endpoint := jsonb_populate_record(v_endpoint, p_changes - array[
    'endpoint_id', 'user_id', 'is_enabled', 'disabled_at', 'disable_reason', 'failing_since', 'last_failed_at', 'created_at', 'updated_at',
    'idempotency_key'
  ]);
  v_endpoint.url := private.small_scheme(v_endpoint.url);
  update private.delivery_lanes
  set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
  from private.endpoints
  where endpoints.endpoint_id = v_endpoint.endpoint_id
    and endpoints.url <> v_endpoint.url
    and delivery_lanes.lane = v_endpoint.endpoint_id;

  update private.endpoints
  set
    failing_since = case when endpoints.url = v_endpoint.url then endpoints.failing_since end,
    last_failed_at = case when endpoints.url = v_endpoint.url then endpoints.last_failed_at end,
    url = v_endpoint.url,
    description = v_endpoint.description,
    events = v_endpoint.events,
    headers = v_endpoint.headers,
    max_in_flight = v_endpoint.max_in_flight,
    max_per_second = v_endpoint.max_per_second,
    is_ordered = v_endpoint.is_ordered,
    batch_size = v_endpoint.batch_size,
    batch_ms = v_endpoint.batch_ms,
    updated_at = private.clock()
  where endpoints.endpoint_id = v_endpoint.endpoint_id
  returning endpoints.* into v_endpoint;

  perform private.record_event(null, 'endpoint.changed', null, null, jsonb_build_object(
    'endpoint_id', v_endpoint.endpoint_id,
    'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes - 'idempotency_key') as fields (name))
  ));
  return private.endpoint_view(v_endpoint) || jsonb_strip_nulls(jsonb_build_object('secret', v_secret));
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    raise exception 'Cannot put endpoint: the rule "%" does not hold', replace(v_rule, '_', ' ') using errcode = 'RL400';
  when not_null_violation then
    get stacked diagnostics v_rule = column_name;
    raise exception 'Cannot put endpoint: % is required', v_rule using errcode = 'RL400';
end;
$$;

comment on function public.put_endpoint(text, jsonb) is
'Creates (id null; user_id and url required) or changes an endpoint: url, description, events, headers, max_in_flight, max_per_second, is_ordered, batch_size, batch_ms. A new one comes with its secret, once; where its idempotency_key was there already, that one with its secret, and duplicate. Raises RL400, RL404, RL409. Called by webhook-manage.';

revoke execute on function public.put_endpoint(text, jsonb) from public, anon, authenticated;
grant execute on function public.put_endpoint(text, jsonb) to service_role;
