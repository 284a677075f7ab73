-- A price that is raised makes films dearer than they were told. Those with a budget are held before anything more is
-- begun for them, and go on once it is lowered again, as when it was mistyped: what is begun is reserved at the price of
-- that moment. For the others it is noticed as they go on (hold_dearer). Locked in the order in which delete_user_data goes
-- through a user's films, the other one that takes several and waits for them.

create or replace function private.tg_prices__hold()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project record;
begin
  for v_project in
    select projects.project_id, projects.awaiting_approval is not null as is_held
    from public.projects
    where projects.status in ('queued', 'storyboarding', 'generating', 'stitching', 'paused')
      and projects.max_cost_usd is not null
      and (projects.status <> 'paused' or projects.awaiting_approval = 'budget')
    order by projects.user_id, projects.video_id, projects.project_id
    for no key update
  loop
    continue when v_project.is_held and not private.fits_budget(v_project.project_id);
    perform private.hold_over_budget(v_project.project_id);
  end loop;
  return null;
end;
$$;

comment on function private.tg_prices__hold() is 'Prices change → films that do not fit into their max_cost_usd any more are paused, and those that fit again go on.';

revoke execute on function private.tg_prices__hold() from public, anon, authenticated, service_role;

create or replace trigger _500_hold after insert or update or delete on private.prices
for each statement execute function private.tg_prices__hold();
