-- What no foreign key deletes: each would be looked up with every row of a film. Whoever writes such a row holds
-- the lock of its project, or of a row below it that goes with it, which is waited for: scenes, clips and
-- deliveries by their own foreign keys, before this, then steps. Only then is what they wrote looked for.

create or replace function private.tg_projects__delete_rest()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_ids text[] := array(select deleted.project_id from deleted);
begin
  delete from private.steps where steps.project_id = any (v_ids);
  delete from private.ledger where ledger.project_id = any (v_ids);
  delete from private.job_requests where job_requests.project_id = any (v_ids);
  delete from public.pipeline_events where pipeline_events.project_id = any (v_ids);
  return null;
end;
$$;

comment on function private.tg_projects__delete_rest() is
'Projects are deleted → their steps with the attempts, what they cost, what was asked for, and their timelines.';

revoke execute on function private.tg_projects__delete_rest() from public, anon, authenticated, service_role;

create or replace trigger _500_delete_rest after delete on public.projects
referencing old table as deleted
for each statement execute function private.tg_projects__delete_rest();
