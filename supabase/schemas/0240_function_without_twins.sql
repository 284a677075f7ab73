-- Two versions of a video that are under way at once ask for the same voices and music. The first to be claimed makes them;
-- the other one looks again in a while, and goes on with what it then finds. One claim at a time decides, so that two that
-- begin at the same moment do not miss each other.

create or replace function private.without_twins(p_step_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_sound record;
  v_ids text[] := p_step_ids;
  v_is_twin boolean;
begin
  for v_sound in
    select steps as step, projects.user_id, projects.video_id, projects.execution_mode
    from private.steps
    join public.projects using (project_id)
    where steps.step_id = any (p_step_ids)
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
    order by array_position(p_step_ids, steps.step_id)
  loop
    v_is_twin := not pg_try_advisory_xact_lock(hashtextextended(
      format('sound:%s:%s:%s:%s', v_sound.user_id, v_sound.video_id, (v_sound.step).kind, (v_sound.step).input), 0
    ));

    -- Looked for under the lock: what another claim decided is to be seen.
    if private.film_part((v_sound.step).project_id, (v_sound.step).kind, (v_sound.step).input) is not null then
      v_ids := array_remove(v_ids, (v_sound.step).step_id);
      perform private.skip_part(v_sound.step);
      continue;
    end if;

    v_is_twin := v_is_twin or exists (
      select 1
      from public.projects as versions
      join private.steps as twins using (project_id)
      where versions.user_id = v_sound.user_id
        and versions.video_id = v_sound.video_id
        and versions.project_id <> (v_sound.step).project_id
        -- As film_part has it
        and (v_sound.execution_mode = 'test' or versions.execution_mode is distinct from 'test')
        and twins.kind = (v_sound.step).kind
        and twins.input = (v_sound.step).input
        and (
          twins.status in ('running', 'waiting')
          -- In this claim, before it
          or array_position(v_ids, twins.step_id) < array_position(v_ids, (v_sound.step).step_id)
        )
    );
    if v_is_twin then
      v_ids := array_remove(v_ids, (v_sound.step).step_id);
      update private.steps
      set due_at = private.clock() + make_interval(secs => private.setting('lookup_again_seconds')::double precision)
      where steps.step_id = (v_sound.step).step_id;
    end if;
  end loop;
  return v_ids;
end;
$$;

comment on function private.without_twins(text[]) is
'These steps, which the caller has locked, but for voices and music that another version of the same video has, or is having made: those are queued for later, or not needed any more.';

revoke execute on function private.without_twins(text[]) from public, anon, authenticated, service_role;
