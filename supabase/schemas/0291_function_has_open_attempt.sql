create or replace function private.has_open_attempt(p_project_id text, p_kind text, p_chunk_id text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and steps.kind = p_kind
      and steps.chunk_id is not distinct from p_chunk_id
      and steps.status in ('running', 'waiting')
      and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  );
$$;

comment on function private.has_open_attempt(text, text, text) is
'True while somebody is at this piece of work: its cost is an attempt''s, and reserved.';

revoke execute on function private.has_open_attempt(text, text, text) from public, anon, authenticated, service_role;
