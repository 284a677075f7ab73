-- Both sides are hashed before they are compared: how long the comparison takes says nothing about
-- how much of a guess was right.

create or replace function private.is_signed(p_purpose text, p_id text, p_signature text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    sha256(convert_to(private.sign(p_purpose, p_id), 'UTF8')) = sha256(convert_to(p_signature, 'UTF8')),
    false
  );
end;
$$;

comment on function private.is_signed(text, text, text) is 'True when the signature is ours for this purpose and id.';

revoke execute on function private.is_signed(text, text, text) from public, anon, authenticated, service_role;
