create or replace function private.is_to_be_made(p_project_id text, p_kind text, p_input jsonb)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.film_part(p_project_id, p_kind, p_input) is null
    -- Another version may have it by now; what is queued may be made all the same, until it is claimed (without_twins).
    or exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.kind = p_kind
        and steps.input = p_input
        and steps.status not in ('running', 'waiting', 'completed', 'failed', 'cancelled')
    );
end;
$$;

comment on function private.is_to_be_made(text, text, jsonb) is
'True where a film lacks this part, or is queued for it. What somebody is at already is for the caller to know.';

revoke execute on function private.is_to_be_made(text, text, jsonb) from public, anon, authenticated, service_role;
