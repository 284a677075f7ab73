create or replace function public.read_error_series(p_seconds numeric default 86400, p_buckets integer default 48)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with
  -- The width of a bucket, and where the first one begins: the last one ends now
  frame as materialized (
    select
      make_interval(secs => (p_seconds / p_buckets)::double precision) as width,
      private.clock() - make_interval(secs => p_seconds::double precision) as since
  ),
  -- What went wrong, by bucket and type
  counted as (
    select
      least(floor(extract(epoch from error_logs.created_at - frame.since) * p_buckets / p_seconds)::integer, p_buckets - 1) as bucket,
      error_logs.type,
      count(*) as n
    from frame
    join public.error_logs on error_logs.created_at >= frame.since
    group by 1, 2
  ),
  -- By bucket
  filled as materialized (
    select counted.bucket, jsonb_object_agg(counted.type, counted.n) as by_type
    from counted
    group by counted.bucket
  )
  select jsonb_build_object(
    'since', frame.since,
    'bucket_s', p_seconds / p_buckets,
    'buckets', (
      select jsonb_agg(
        jsonb_build_object('at', frame.since + frame.width * numbers.bucket, 'by_type', coalesce(filled.by_type, '{}'))
        order by numbers.bucket
      )
      from generate_series(0, p_buckets - 1) as numbers (bucket)
      left join filled on filled.bucket = numbers.bucket
    )
  )
  from frame;
$$;

comment on function public.read_error_series(numeric, integer) is
'{since, bucket_s, buckets: [{at, by_type}]}: errors over the last p_seconds, the oldest bucket first. Called by webhook-manage.';

revoke execute on function public.read_error_series(numeric, integer) from public, anon, authenticated;
grant execute on function public.read_error_series(numeric, integer) to service_role;
