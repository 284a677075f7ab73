-- project completed | failed | cancelled → stitching: an earlier take goes into the film again
--
-- Scenes that are chained to this one go back with it, where they have a take of that number, as does what ends with the
-- image that this take begins with.

create or replace function public.select_take(p_scene_id text, p_take integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_scene_ids text[];
  v_before record;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot select take % of scene "%": no such scene', p_take, p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  select array_agg(chained.scene_id)
  into v_scene_ids
  from unnest(private.chained_scenes(p_scene_id)) as chained (scene_id)
  where exists (
      select 1 from public.video_chunks where video_chunks.scene_id = chained.scene_id and video_chunks.take = p_take
    )
    and not exists (
      select 1
      from public.video_chunks
      where video_chunks.scene_id = chained.scene_id
        and video_chunks.take = p_take
        and video_chunks.status <> 'COMPLETED'
    );

  if v_project.status <> 'completed' or not p_scene_id = any (coalesce(v_scene_ids, '{}')) then
    raise exception 'Cannot select take % of scene "%": the project is %, and only a completed take of a completed project can be selected',
      p_take, p_scene_id, v_project.status using errcode = 'RL409';
  end if;

  select * into v_before from private.ending_take(p_scene_id, p_take);
  if found then
    v_scene_ids := v_before.scene_id || v_scene_ids;
  end if;

  perform private.keep_take(v_scene_ids);
  update public.video_chunks
  set selected = video_chunks.take = case when video_chunks.scene_id = v_before.scene_id then v_before.take else p_take end
  where video_chunks.scene_id = any (v_scene_ids);
  perform private.restore_take(v_scene_ids);

  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', p_take, 'scenes', to_jsonb(v_scene_ids));
end;
$$;

comment on function public.select_take(text, integer) is
'Puts an earlier take of a scene (and of those chained to it) into the film again, which is stitched anew. {project_id, was, status, requests_given_up, take, scenes}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.select_take(text, integer) from public, anon, authenticated;
grant execute on function public.select_take(text, integer) to service_role;
