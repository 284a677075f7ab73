-- An answer that was lost had the secret in it: whoever asks again has seen none. What is not named, or null, may be anything.

create or replace function private.endpoint_again(p_changes jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_asked private.endpoints;
begin
  select endpoints.*
  into v_endpoint
  from private.endpoints
  where endpoints.user_id = p_changes ->> 'user_id'
    and endpoints.idempotency_key = p_changes ->> 'idempotency_key';

  v_asked := jsonb_populate_record(v_endpoint, jsonb_strip_nulls(p_changes));
  v_asked.url := private.small_scheme(v_asked.url);
  if v_asked is distinct from v_endpoint then
    raise exception 'Cannot create endpoint: the idempotency key belongs to another one, or to one that was changed or deleted meanwhile'
      using errcode = 'RL409';
  end if;

  return private.endpoint_view(v_endpoint) || jsonb_build_object('duplicate', true, 'secret', (
    select endpoint_secrets.secret
    from private.endpoint_secrets
    where endpoint_secrets.endpoint_id = v_endpoint.endpoint_id
      and endpoint_secrets.expires_at is null
  ));
end;
$$;

comment on function private.endpoint_again(jsonb) is
'The endpoint that this user''s idempotency key made, with its secret of today. Raises RL409 where it is not what is asked for.';

revoke execute on function private.endpoint_again(jsonb) from public, anon, authenticated, service_role;
