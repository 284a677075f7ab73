create or replace function private.check_frame(p_project public.projects, p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_project.film_options -> 'check_frames' = 'true' then
    perform private.add_step(
      p_step.project_id, 'check_frame', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object(
        'image_url', p_output -> 'image_url', 'width', p_output -> 'width', 'height', p_output -> 'height'
      )
    );
  else
    perform private.complete_frame(p_step.chunk_id, p_output);
  end if;
end;
$$;

comment on function private.check_frame(public.projects, private.steps, jsonb) is
'A last frame is there: it is looked at where the job asked for that, else handed over. The caller holds the project''s lock.';

revoke execute on function private.check_frame(public.projects, private.steps, jsonb) from public, anon, authenticated, service_role;
