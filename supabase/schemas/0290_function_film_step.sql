-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.

create or replace function private.film_step(p_project_id text, p_kind text)
returns private.steps
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  select steps.*
  into v_step
  from private.steps
  left join private.attempts using (step_id)
  where steps.project_id = p_project_id
    and steps.kind = p_kind
    and steps.status in ('queued', 'running', 'waiting', 'completed')
    and case
      when attempts.attempt_id is null then true
      when p_kind = 'stitch' then attempts.input - 'is_film' = private.step_input(steps)
      else attempts.input ->> 'video_url' = (private.film_clips(p_project_id))[1]
    end
  order by steps.created_at desc
  limit 1;

  return v_step;
end;
$$;

comment on function private.film_step(text, text) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none.';

revoke execute on function private.film_step(text, text) from public, anon, authenticated, service_role;
