create or replace function private.add_endpoint_secret(p_endpoint_id text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.endpoint_secrets (endpoint_id, secret)
  values (p_endpoint_id, 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64'))
  returning endpoint_secrets.secret;
$$;

comment on function private.add_endpoint_secret(text) is 'Draws a secret of 32 bytes, as Standard Webhooks writes it. Whoever gets it shows it once.';

revoke execute on function private.add_endpoint_secret(text) from public, anon, authenticated, service_role;
