create or replace function public.list_errors(p_type text, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.page_errors(jsonb_build_object('type', p_type), null, p_limit) -> 'docs';
$$;

comment on function public.list_errors(text, integer) is
'The newest rows of error_logs, as page_errors has them; null: of every type. Called by webhook-manage.';

revoke execute on function public.list_errors(text, integer) from public, anon, authenticated;
grant execute on function public.list_errors(text, integer) to service_role;
