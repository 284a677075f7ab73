-- What a job asks for that its project does not say: in a table that nobody reads, for clients' header values are in it.

create or replace function private.insert_job_requests(
  p_jobs jsonb[],
  p_ids text[],
  p_digests text[],
  p_providers jsonb default null
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  select
    p_ids[each.n],
    p_jobs[each.n] ->> 'via',
    p_digests[each.n],
    case when jsonb_typeof(p_jobs[each.n] -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_jobs[each.n] -> 'events')) end,
    coalesce(nullif(p_jobs[each.n] -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_jobs[each.n] ->> 'notify')::boolean, false),
    coalesce(nullif(p_jobs[each.n] -> 'providers', 'null'), p_providers)
  from generate_series(1, cardinality(p_ids)) as each (n)
  where p_ids[each.n] is not null;
end;
$$;

comment on function private.insert_job_requests(jsonb[], text[], text[], jsonb) is
'Inserts the requests of new projects; their jobs, their ids (null: the job has none) and the digests of their bodies stand in one order; providers: of the jobs that do not name their own.';

revoke execute on function private.insert_job_requests(jsonb[], text[], text[], jsonb) from public, anon, authenticated, service_role;
