-- What the provider would be asked now; begin_attempts freezes it in the attempt.

create or replace function private.step_input(p_step private.steps)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select private.input_of(p_step, projects.aspect_ratio, video_chunks)
    from public.projects
    left join public.video_chunks on video_chunks.chunk_id = p_step.chunk_id
    where projects.project_id = p_step.project_id
  );
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step (input_of), read for one by itself.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
