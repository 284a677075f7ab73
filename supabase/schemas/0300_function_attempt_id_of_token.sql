-- A token is <attempt id>.<HMAC of the attempt id>: nothing is stored, and nobody can make one up.

create or replace function private.attempt_id_of_token(p_token text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_id text := split_part(p_token, '.', 1);
begin
  if private.is_signed('attempt', v_id, split_part(p_token, '.', 2)) then
    return v_id;
  end if;
  return null;
end;
$$;

comment on function private.attempt_id_of_token(text) is
'The id of the attempt that a token names; null when we did not sign it. The attempt may be pruned by now.';

revoke execute on function private.attempt_id_of_token(text) from public, anon, authenticated, service_role;
