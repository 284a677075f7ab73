-- step queued → cancelled: another version has the part by now, and the film goes on with it

create or replace function private.skip_part(p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not private.lock_film_or_postpone(p_step) then
    return;
  end if;

  update private.steps
  set status = 'cancelled', updated_at = private.clock()
  where steps.step_id = p_step.step_id;
  perform private.go_on_with_parts(p_step.project_id);
end;
$$;

comment on function private.skip_part(private.steps) is
'Asks nobody for what is there, once its film can be locked without waiting. The caller holds the step''s lock.';

revoke execute on function private.skip_part(private.steps) from public, anon, authenticated, service_role;
