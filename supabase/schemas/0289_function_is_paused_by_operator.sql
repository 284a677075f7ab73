-- A film that awaits an approval is paused as well: who pauses it besides says so on its timeline.

create or replace function private.is_paused_by_operator(p_project_id text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from public.pipeline_events
    where pipeline_events.project_id = p_project_id
      and pipeline_events.type = 'project.pause_reason'
      and pipeline_events.event_id > (
        select max(paused.event_id)
        from public.pipeline_events as paused
        where paused.project_id = p_project_id
          and paused.type = 'project.paused'
      )
  );
$$;

comment on function private.is_paused_by_operator(text) is
'True where somebody paused this film since it last came to be paused, or by that.';

revoke execute on function private.is_paused_by_operator(text) from public, anon, authenticated, service_role;
