-- Tokens that we hand out are HMACs of what they are for, so that none has to be stored.
-- The purpose keeps a task's token from opening an attempt.

create or replace function private.sign(p_purpose text, p_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_key text;
begin
  select settings.value #>> '{}' into v_key from private.settings where settings.name = 'token_key';
  return encode(extensions.hmac(p_purpose || ':' || p_id, v_key, 'sha256'), 'hex');
end;
$$;

comment on function private.sign(text, text) is
'HMAC-SHA256 in hex of purpose and id, under the key that a migration drew at random.';

revoke execute on function private.sign(text, text) from public, anon, authenticated, service_role;
