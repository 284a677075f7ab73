-- attempt submitted → in_progress · chunk SUBMITTED → IN_PROGRESS; a percentage never goes back

create or replace function private.report_progress(p_attempt_id text, p_progress numeric)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('submitted', 'in_progress');

  if not found then
    return;
  end if;

  update public.video_chunks
  set
    status = 'IN_PROGRESS',
    progress = greatest(video_chunks.progress, least(coalesce(p_progress, 0), 99)::integer)
  where video_chunks.chunk_id = v_step.chunk_id
    and v_step.kind = 'generate_clip'
    and video_chunks.status not in ('PENDING', 'COMPLETED', 'FAILED', 'CANCELLED');

  update private.attempts
  set status = 'in_progress'
  where attempts.attempt_id = p_attempt_id
    and attempts.status = 'submitted';

  perform private.update_progress(array[v_step.project_id]);
end;
$$;

comment on function private.report_progress(text, numeric) is
'submitted → in_progress. p_progress is a percentage, null where the provider gives none.';

revoke execute on function private.report_progress(text, numeric) from public, anon, authenticated, service_role;
