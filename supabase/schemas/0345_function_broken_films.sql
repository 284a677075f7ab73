create or replace function private.broken_films()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a completed film has all its parts', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and not (
      projects.final_video_url is not null
      and exists (
        select 1
        from public.media
        where media.project_id = projects.project_id
          and media.type = 'film'
          and media.url = projects.final_video_url
      )
      and exists (select 1 from public.scenes where scenes.project_id = projects.project_id)
      and not exists (
        select 1
        from public.scenes
        where scenes.project_id = projects.project_id
          and (
            scenes.status <> 'completed'
            or not exists (
              select 1
              from public.video_chunks
              where video_chunks.scene_id = scenes.scene_id
                and video_chunks.selected
            )
          )
      )
      and not exists (
        select 1
        from public.video_chunks
        where video_chunks.project_id = projects.project_id
          and video_chunks.selected
          and video_chunks.status <> 'COMPLETED'
      )
    )
  union all
  select 'a completed film with captions has them as files', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and projects.film_options ? 'captions'
    and private.captions_input(projects.project_id) is not null
    and (
      select count(*)
      from public.media
      where media.project_id = projects.project_id
        and media.type = 'captions'
    ) < 2
  union all
  select 'a completed film has the sound of each scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status = 'completed'
    and coalesce(scenes.audio_url, scenes.voice_over) is not null
    and private.film_part(projects.project_id, 'mux_audio', private.mux_input(scenes)) is null
  union all
  select 'a scene has one selected take', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id
  having count(distinct video_chunks.take) filter (where video_chunks.selected) <> 1
  union all
  select 'chunks of a take count up from 1', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id, video_chunks.take
  having min(video_chunks.position) <> 1 or max(video_chunks.position) <> count(*)
  union all
  select 'scenes of a project count up from 1', scenes.project_id
  from public.scenes
  group by scenes.project_id
  having min(scenes.position) <> 1 or max(scenes.position) <> count(*)
  union all
  select 'versions of a video count up from 1', min(projects.project_id)
  from public.projects
  group by projects.user_id, projects.video_id
  having min(projects.version) <> 1 or max(projects.version) <> count(*)
  union all
  -- No foreign keys say this: each would be looked up with every row of a film (tg_projects__delete_rest).
  select 'what is kept of a film goes with it', kept.id
  from (
    select steps.project_id, steps.step_id as id from private.steps
    union all
    select ledger.project_id, ledger.entry_id::text from private.ledger
    union all
    select job_requests.project_id, job_requests.project_id from private.job_requests
    union all
    select pipeline_events.project_id, pipeline_events.event_id::text
    from public.pipeline_events
    where pipeline_events.project_id is not null
  ) as kept
  where not exists (select 1 from public.projects where projects.project_id = kept.project_id);
$$;

comment on function private.broken_films() is 'Broken invariants of projects, scenes and chunks.';

revoke execute on function private.broken_films() from public, anon, authenticated, service_role;
