create or replace function public.list_errors(p_type text, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(newest) order by newest.error_log_id desc), '[]')
  from (
    select error_logs.*
    from public.error_logs
    where p_type is null
      or error_logs.type = p_type
    order by error_logs.error_log_id desc
    limit p_limit
  ) as newest;
$$;

comment on function public.list_errors(text, integer) is
'The newest rows of error_logs; null: of every type. Called by webhook-manage.';

revoke execute on function public.list_errors(text, integer) from public, anon, authenticated;
grant execute on function public.list_errors(text, integer) to service_role;
