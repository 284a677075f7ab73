create or replace function public.count_limit_hits(p_what text, p_hits integer)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  insert into private.limit_hits (what, hits) values (p_what, p_hits);
$$;

comment on function public.count_limit_hits(text, integer) is
'Notes that a limit refused so many verified requests. Called by doors in the background.';

revoke execute on function public.count_limit_hits(text, integer) from public, anon, authenticated;
grant execute on function public.count_limit_hits(text, integer) to service_role;
