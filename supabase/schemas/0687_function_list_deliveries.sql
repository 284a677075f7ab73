-- p_filter: status, endpoint_id, project_id, type; each may be absent or null.

create or replace function public.list_deliveries(p_filter jsonb, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_page jsonb := public.page_deliveries(p_filter, null, p_limit);
  v_docs jsonb := v_page -> 'docs';
begin
  -- A page that looked for a type may have found too few.
  while v_page ->> 'next' is not null and jsonb_array_length(v_docs) < p_limit loop
    v_page := public.page_deliveries(p_filter, v_page ->> 'next', p_limit - jsonb_array_length(v_docs));
    v_docs := v_docs || (v_page -> 'docs');
  end loop;
  return v_docs;
end;
$$;

comment on function public.list_deliveries(jsonb, integer) is
'The newest deliveries that fit, as page_deliveries has them. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
