-- One answer for all columns: a page that shows them looks again every few seconds.

create or replace function public.read_board(p_limit integer default 24)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'overview', public.read_overview(),
    'columns', jsonb_build_object(
      'waiting', public.list_projects('{"statuses": ["queued", "storyboarding"]}', null, p_limit),
      'generating', public.list_projects('{"statuses": ["generating"]}', null, p_limit),
      'stitching', public.list_projects('{"statuses": ["stitching"]}', null, p_limit),
      'attention', public.list_projects('{"statuses": ["paused", "failed"]}', null, p_limit),
      'completed', public.list_projects('{"statuses": ["completed"]}', null, p_limit)
    )
  );
$$;

comment on function public.read_board(integer) is
'{overview, columns {waiting, generating, stitching, attention, completed}}: of each column the newest p_limit films, as list_projects answers. Called by webhook-manage.';

revoke execute on function public.read_board(integer) from public, anon, authenticated;
grant execute on function public.read_board(integer) to service_role;
