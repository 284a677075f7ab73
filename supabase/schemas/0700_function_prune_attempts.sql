-- Steps go with their attempts, and all of a project's at once: what was stitched from which clips is
-- read off them. The project is locked, because somebody may be about to reopen it.

create or replace function private.prune_attempts(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page text[];
  v_locked text[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.project_id order by page.project_id),
    coalesce(
      (array_agg(page.project_id order by page.project_id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select projects.project_id, projects.created_at
    from public.projects
    where projects.project_id > p_after
    order by projects.project_id
    limit p_limit
  ) as page;

  select array_agg(old.project_id)
  into v_locked
  from (
    select projects.project_id
    from public.projects
    where projects.project_id = any (v_page)
      and projects.status in ('completed', 'failed', 'cancelled')
      and projects.updated_at < p_before
      and not exists (
        select 1
        from private.steps
        where steps.project_id = projects.project_id
          and steps.status in ('queued', 'running', 'waiting')
      )
    order by projects.project_id
    for no key update skip locked
  ) as old;

  delete from private.steps where steps.project_id = any (v_locked);

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_attempts(text, timestamptz, integer) is
'Deletes steps and attempts of finished projects that nothing has happened to since p_before, out of the next p_limit projects.';

revoke execute on function private.prune_attempts(text, timestamptz, integer) from public, anon, authenticated, service_role;
