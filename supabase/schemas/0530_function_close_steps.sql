-- steps of these scenes, and of the film as a whole but for its sound and the images that it still
-- needs → cancelled; their requests are given up

create or replace function private.close_steps(p_project_id text, p_scene_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_music jsonb := case when p_scene_ids is not null then private.music_input(p_project_id) end;
  v_levelled jsonb := case when p_scene_ids is not null then private.level_input(p_project_id) end;
  v_step private.steps;
  v_attempt private.attempts;
begin
  for v_step in
    update private.steps
    set status = 'cancelled', claim_token = null, updated_at = v_now
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
      and steps.kind <> 'cancel_request'
      and (
        p_scene_ids is null
        or (steps.scene_id is null or steps.scene_id = any (p_scene_ids))
        -- Voices are made from words alone, which another take does not change; music is as long as the film.
        and case steps.kind
          when 'generate_voice' then false
          when 'generate_music' then steps.input is distinct from v_music
          when 'level_music' then steps.input is distinct from v_levelled
          when 'reframe_image' then not exists (
            select 1
            from private.missing_stills(p_project_id) as stills
            where stills.image_url = steps.input ->> 'image_url'
              and stills.aspect_ratio = steps.input ->> 'aspect_ratio'
          )
          else true
        end
      )
    returning steps.*
  loop
    for v_attempt in
      update private.attempts
      set
        status = 'cancelled',
        ended_at = v_now,
        -- What was not announced was never sent, and will not be.
        actual_cost_usd = case when attempts.sent_at = 'infinity' then 0 else attempts.actual_cost_usd end
      where attempts.step_id = v_step.step_id
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
      returning attempts.*
    loop
      perform private.abandon_request(v_attempt, v_step);
    end loop;
  end loop;
end;
$$;

comment on function private.close_steps(text, text[]) is
'Cancels the open steps of these scenes and of the film as a whole, but for voices, music and images that are still to be reframed (null: all of the project''s), and gives their requests up. Called once the new takes are there.';

revoke execute on function private.close_steps(text, text[]) from public, anon, authenticated, service_role;
