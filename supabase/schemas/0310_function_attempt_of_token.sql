-- A token is <attempt id>.<HMAC of the attempt id>: nothing is stored, and nobody can make one up.

create or replace function private.attempt_of_token(p_token text)
returns private.attempts
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.attempt_id = split_part(p_token, '.', 1)
    and private.is_signed('attempt', split_part(p_token, '.', 1), split_part(p_token, '.', 2));

  return v_attempt;
end;
$$;

comment on function private.attempt_of_token(text) is 'The attempt that a token was made for; null when the token is not ours.';

revoke execute on function private.attempt_of_token(text) from public, anon, authenticated, service_role;
