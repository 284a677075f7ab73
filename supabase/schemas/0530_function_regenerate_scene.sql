-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url, audio_url or model, the aspect
-- ratio that its image has to have (reframe_to), or chunks as a job has them; the caller has checked that the model
-- offers them. What failed beside it is asked for again. p_changes.asked has the idempotency key of whoever wants no
-- second take where the answer was lost, and what was asked for.

create or replace function public.regenerate_scene(p_scene_id text, p_changes jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_followers text[];
  v_take integer;
  v_again jsonb;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot regenerate scene "%": no such scene', p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  v_again := private.take_again(p_scene_id, p_changes -> 'asked');
  if v_again is not null then
    return private.verb_answer(v_project) || v_again;
  end if;

  if v_project.status = 'paused' then
    raise exception 'Cannot regenerate scene "%": its project is paused, and has to be resumed first', p_scene_id
      using errcode = 'RL409';
  end if;

  if p_changes ->> 'image_url' is not null and v_scene.position > 1 and v_scene.continuity = 'last_frame' then
    raise exception 'Cannot regenerate scene "%" from an image: it starts from the last frame of the scene before it', p_scene_id
      using errcode = 'RL400';
  end if;

  v_followers := private.scenes_of_take(p_scene_id, p_changes ->> 'image_url');
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

  perform private.keep_take(v_followers);
  perform private.insert_take(v_followers, v_take, p_scene_id, p_changes);
  update public.video_chunks
  set metadata = video_chunks.metadata || jsonb_build_object('asked', p_changes -> 'asked', 'taken', v_followers)
  where video_chunks.scene_id = p_scene_id
    and video_chunks.take = v_take
    and video_chunks.position = 1
    and p_changes ? 'asked';

  update public.scenes
  set
    status = 'pending',
    error_message = null,
    thumbnail_url = null,
    last_frame_url = null,
    duration = null,
    fps = null,
    width = null,
    height = null,
    quality_score = null,
    completed_at = null,
    input_hash = null,
    -- Its own image is another one now.
    reframed_image_url = case
      when coalesce(changes.value ->> 'image_url', scenes.image_url) is not distinct from scenes.image_url
        then scenes.reframed_image_url
    end,
    prompt = coalesce(changes.value ->> 'prompt', scenes.prompt),
    image_url = coalesce(changes.value ->> 'image_url', scenes.image_url),
    reframe_to = coalesce(changes.value ->> 'reframe_to', scenes.reframe_to),
    audio_url = coalesce(changes.value ->> 'audio_url', scenes.audio_url)
  from (
    select taken.scene_id, case when taken.scene_id = p_scene_id then p_changes end as value
    from unnest(v_followers) as taken (scene_id)
  ) as changes
  where scenes.scene_id = changes.scene_id;

  perform private.close_steps(v_project.project_id, v_followers);
  perform private.revive_scenes(v_project.project_id);
  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', v_take, 'scenes', to_jsonb(v_followers));
end;
$$;

comment on function public.regenerate_scene(text, jsonb) is
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}, with duplicate where the idempotency key was there already. Raises RL400, RL404, RL409. Called by webhook-manage.';

revoke execute on function public.regenerate_scene(text, jsonb) from public, anon, authenticated;
grant execute on function public.regenerate_scene(text, jsonb) to service_role;
