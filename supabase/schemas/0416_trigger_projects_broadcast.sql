-- A film has come further or changed its status → whoever listens hears where it stands.

create or replace function private.tg_projects__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'task', private.video_task(new));
  return null;
end;
$$;

comment on function private.tg_projects__broadcast() is
'Status or progress has changed → Realtime event task: {task_id, status, progress_percentage, video_url, error}.';

revoke execute on function private.tg_projects__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status, progress on public.projects
for each row when (old.status is distinct from new.status or old.progress is distinct from new.progress)
execute function private.tg_projects__broadcast();
