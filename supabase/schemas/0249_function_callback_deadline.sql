-- A request that was lost and found may have called back already.

create or replace function private.callback_deadline(p_kind text, p_model text, p_was_lost boolean)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_was_lost then
    return private.clock() + make_interval(secs => private.setting('ask_seconds')::double precision);
  end if;
  return private.overdue_at(p_kind, p_model);
end;
$$;

comment on function private.callback_deadline(text, text, boolean) is
'Until when the callback of a request is awaited that a provider is known, now, to have accepted.';

revoke execute on function private.callback_deadline(text, text, boolean) from public, anon, authenticated, service_role;
