create or replace function public.count_requests(p_what text, p_isolate text, p_counts jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  insert into private.request_counts (what, address, isolate, requests, at)
  select p_what, counts.key, p_isolate, counts.value::integer, v_now
  from jsonb_each_text(p_counts) as counts;

  return (
    select coalesce(
      jsonb_agg(jsonb_build_object('address', others.address, 'age_seconds', others.age, 'requests', others.requests)),
      '[]'
    )
    from (
      select
        request_counts.address,
        -- Slots of five seconds, each as young as its youngest: nobody gets more than the limit by it.
        greatest(extract(epoch from v_now - max(request_counts.at)), 0) as age,
        sum(request_counts.requests) as requests
      from private.request_counts
      where request_counts.what = p_what
        and request_counts.isolate <> p_isolate
        and request_counts.at > v_now - interval '60 seconds'
      group by request_counts.address, floor(extract(epoch from request_counts.at) / 5)
      order by sum(request_counts.requests) desc
      limit 2000
    ) as others
  );
end;
$$;

comment on function public.count_requests(text, text, jsonb) is
'Takes the requests that an isolate let through, by address, and returns those of all others within the last minute. Called by doors with a limit, at most once a second.';

revoke execute on function public.count_requests(text, text, jsonb) from public, anon, authenticated;
grant execute on function public.count_requests(text, text, jsonb) to service_role;
