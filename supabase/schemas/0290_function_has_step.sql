create or replace function private.has_step(p_project_id text, p_kind text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = p_kind
      and steps.status in ('queued', 'running', 'waiting', 'completed')
  );
$$;

comment on function private.has_step(text, text) is 'True when a step of this kind is open or done.';

revoke execute on function private.has_step(text, text) from public, anon, authenticated, service_role;
