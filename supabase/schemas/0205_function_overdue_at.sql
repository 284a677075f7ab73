create or replace function private.overdue_at(p_kind text, p_model text)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select private.clock()
      + make_interval(secs => (limits.value #>> '{}')::double precision)
    from private.step_setting('deadline_seconds', p_kind, p_model) as limits
  );
end;
$$;

comment on function private.overdue_at(text, text) is
'Until when a callback is awaited that is asked for now: deadline_seconds of the step or, where it has one, of the model.';

revoke execute on function private.overdue_at(text, text) from public, anon, authenticated, service_role;
