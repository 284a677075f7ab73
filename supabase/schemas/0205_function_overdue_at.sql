create or replace function private.overdue_at(p_kind text, p_model text)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_limit private.settings := private.step_setting('deadline_seconds', p_kind, p_model);
begin
  return private.clock() + make_interval(secs => (v_limit.value #>> '{}')::double precision);
end;
$$;

comment on function private.overdue_at(text, text) is
'Until when a callback is awaited that is asked for now: deadline_seconds of the step or, where it has one, of the model.';

revoke execute on function private.overdue_at(text, text) from public, anon, authenticated, service_role;
