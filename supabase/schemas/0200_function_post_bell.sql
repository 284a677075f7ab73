-- The only place that calls pg_net. A ring that cannot be sent must not undo the work that it
-- announces: the sweep will ring again.

create or replace function private.post_bell()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_url text;
  v_secret text;
  v_key bytea;
  v_id text := private.new_id('bell');
  v_timestamp text := extract(epoch from clock_timestamp())::bigint::text;
  v_body jsonb := '{"type": "bell"}';
begin
  select
    max(secrets.decrypted_secret) filter (where secrets.name = 'reelay_functions_url'),
    -- Several secrets, comma-separated, are valid while one is rotated out: sign with the first.
    max(btrim(split_part(regexp_replace(secrets.decrypted_secret, '^v1,', ''), ',', 1)))
      filter (where secrets.name = 'reelay_bell_secret')
  into v_url, v_secret
  from vault.decrypted_secrets as secrets
  where secrets.name in ('reelay_functions_url', 'reelay_bell_secret');

  if coalesce(v_url, '') = '' or coalesce(v_secret, '') = '' then
    return false;
  end if;

  v_key := case
    -- Its padding may be left out, as everywhere else: decode alone insists on it.
    when v_secret like 'whsec\_%'
      then decode(rpad(substr(v_secret, 7), (length(v_secret) - 6 + 3) / 4 * 4, '='), 'base64')
    else convert_to(v_secret, 'UTF8')
  end;

  perform net.http_post(
    url := v_url || '/pipeline-step',
    body := v_body,
    headers := jsonb_build_object(
      'Content-Type', 'application/json',
      'webhook-id', v_id,
      'webhook-timestamp', v_timestamp,
      'webhook-signature', 'v1,' || encode(
        extensions.hmac(convert_to(v_id || '.' || v_timestamp || '.' || v_body::text, 'UTF8'), v_key, 'sha256'),
        'base64'
      )
    ),
    timeout_milliseconds := 5000
  );
  return true;
exception
  when others then
    raise warning 'Cannot ring: %', sqlerrm;
    return false;
end;
$$;

comment on function private.post_bell() is
'Posts the signed bell to <functions url>/pipeline-step. False when Vault has no URL or secret, or pg_net refuses.';

revoke execute on function private.post_bell() from public, anon, authenticated, service_role;
