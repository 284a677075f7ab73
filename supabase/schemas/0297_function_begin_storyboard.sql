-- project queued → storyboarding, or its scenes at once where a version before had them written from
-- the same words
--
-- The scenes that need no model come along: they are the film where the model fails, and its least cost.

create or replace function private.begin_storyboard(
  p_project public.projects,
  p_fallback jsonb,
  p_wishes jsonb default null
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_brief jsonb := jsonb_build_object(
    'prompt', p_project.prompt,
    'image_url', p_project.image_url,
    'model', p_project.model,
    'aspect_ratio', p_project.aspect_ratio
  ) || coalesce(p_wishes, '{}');
  v_hash text := encode(sha256(convert_to(v_brief::text, 'UTF8')), 'hex');
  v_written jsonb;
begin
  update public.projects
  set
    status = 'storyboarding',
    total_scenes = null,
    storyboard = jsonb_build_object('by', 'model', 'input_hash', v_hash)
  where projects.project_id = p_project.project_id;

  perform private.refuse_over_budget(p_project.project_id, p_fallback);

  select steps.output
  into v_written
  from private.steps
  join public.projects using (project_id)
  where steps.project_id = p_project.revision_of
    and steps.kind = 'storyboard'
    and steps.status = 'completed'
    and projects.storyboard ->> 'input_hash' = v_hash
  order by steps.created_at desc
  limit 1;

  if v_written is not null then
    perform private.complete_storyboard(p_project.project_id, v_written);
    return;
  end if;

  perform private.add_step(
    p_project.project_id, 'storyboard', null, null, v_brief || jsonb_build_object('fallback', p_fallback)
  );
end;
$$;

comment on function private.begin_storyboard(public.projects, jsonb, jsonb) is
'queued → storyboarding: asks for the scenes, unless the version before has them. Raises RL402 where even the least film costs too much.';

revoke execute on function private.begin_storyboard(public.projects, jsonb, jsonb)
from public, anon, authenticated, service_role;
