-- A paused project asks for nothing new: what becomes due meanwhile waits for its resumption. Giving
-- requests up is not held back, it saves money.

create or replace function private.due_at(p_project_status text, p_kind text, p_now timestamptz)
returns timestamptz
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_project_status = 'paused' and p_kind <> 'cancel_request' then 'infinity'::timestamptz
    else p_now
  end;
end;
$$;

comment on function private.due_at(text, text, timestamptz) is
'When a step that is queued now is due: at once, or with the project''s resumption.';

revoke execute on function private.due_at(text, text, timestamptz) from public, anon, authenticated, service_role;
