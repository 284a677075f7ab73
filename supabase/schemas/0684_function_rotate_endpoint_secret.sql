-- The old secret signs too until the overlap is over.

create or replace function public.rotate_endpoint_secret(p_endpoint_id text, p_overlap_seconds integer default 86400)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_secret text;
begin
  perform private.lock_endpoint(p_endpoint_id);

  delete from private.endpoint_secrets
  where endpoint_secrets.endpoint_id = p_endpoint_id
    and endpoint_secrets.expires_at <= v_now;

  -- A receiver reads no endless list of signatures.
  if (select count(*) from private.endpoint_secrets where endpoint_secrets.endpoint_id = p_endpoint_id) > 10 then
    raise exception 'Cannot rotate secret of endpoint "%": ten old ones still sign', p_endpoint_id using errcode = 'RL409';
  end if;

  update private.endpoint_secrets
  set expires_at = v_now + make_interval(secs => p_overlap_seconds)
  where endpoint_secrets.endpoint_id = p_endpoint_id
    and endpoint_secrets.expires_at is null;

  v_secret := private.add_endpoint_secret(p_endpoint_id);
  perform private.record_event(null, 'endpoint.secret_rotated', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  return jsonb_build_object(
    'endpoint_id', p_endpoint_id,
    'secret', v_secret,
    'old_expires_at', v_now + make_interval(secs => p_overlap_seconds)
  );
end;
$$;

comment on function public.rotate_endpoint_secret(text, integer) is
'{endpoint_id, secret, old_expires_at}: the new secret, once. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.rotate_endpoint_secret(text, integer) from public, anon, authenticated;
grant execute on function public.rotate_endpoint_secret(text, integer) to service_role;
