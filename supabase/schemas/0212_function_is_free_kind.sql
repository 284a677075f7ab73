-- Storing saves what was paid for, giving up saves what would be: the spending cap holds none of it back, a test has it done
-- in earnest, and whether a call went out need not be known before it is made again. A new kind of step that costs nothing has
-- to be added here, and in begin_attempts.

create or replace function private.is_free_kind(p_kind text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request');
end;
$$;

comment on function private.is_free_kind(text) is 'True for a kind of step that nobody asks money for, and that may safely be done twice.';

revoke execute on function private.is_free_kind(text) from public, anon, authenticated, service_role;
