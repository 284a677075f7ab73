-- project failed | cancelled → storyboarding: its scenes are asked for again, from the words of before

create or replace function private.reopen_storyboard(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_brief jsonb;
begin
  select steps.input
  into v_brief
  from private.steps
  where steps.project_id = p_project_id
    and steps.kind = 'storyboard'
  order by steps.created_at desc
  limit 1;

  if v_brief is null then
    raise exception 'Cannot retry project "%": it has no scenes, and what they would be written from is not kept any more; its job can be sent again',
      p_project_id using errcode = 'RL409';
  end if;

  update public.projects
  set status = 'storyboarding', error_message = null, completed_at = null, progress = 0
  where projects.project_id = p_project_id;

  perform private.add_step(p_project_id, 'storyboard', null, null, v_brief);
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_storyboard(text) is
'→ storyboarding, for a film that never had scenes. Raises RL409 where what they would be written from is pruned. The caller holds the project''s lock.';

revoke execute on function private.reopen_storyboard(text) from public, anon, authenticated, service_role;
