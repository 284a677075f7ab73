create or replace function private.answer_bell()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1 from private.bell where bell.unanswered_since is not null for no key update skip locked;

  -- Held by somebody who rings just now: that ring has its own answer coming.
  if found then
    update private.bell set unanswered_since = null;
  end if;
end;
$$;

comment on function private.answer_bell() is 'Notes that a ring through pg_net reached a runner.';

revoke execute on function private.answer_bell() from public, anon, authenticated, service_role;
