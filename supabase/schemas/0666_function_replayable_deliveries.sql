-- p_filter: statuses (without: dead, skipped), endpoint_id, user_id, project_id, type, from, to; each may be absent or
-- null. What an endpoint does not want is sent to it only where somebody says so. A batch fits a project or a type by
-- what travelled in it, and a user by its endpoint.

create or replace function private.replayable_deliveries(p_filter jsonb)
returns setof public.webhook_deliveries
language sql
stable
security invoker
set search_path = ''
as $$
  select ended.*
  from private.resendable_deliveries as ended
  where ended.status = any (coalesce(
      (
        select array_agg(wanted.status)
        from jsonb_array_elements_text(nullif(p_filter -> 'statuses', 'null')) as wanted (status)
      ),
      array['dead', 'skipped']
    ))
    and (p_filter ->> 'endpoint_id' is null or ended.endpoint_id = p_filter ->> 'endpoint_id')
    and (
      (
        (p_filter ->> 'project_id' is null or ended.project_id = p_filter ->> 'project_id')
        and (p_filter ->> 'type' is null or ended.type = p_filter ->> 'type')
      )
      or ended.type = 'batch'
      and exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = ended.delivery_id
          and (p_filter ->> 'project_id' is null or event.project_id = p_filter ->> 'project_id')
          and (p_filter ->> 'type' is null or event.type = p_filter ->> 'type')
      )
    )
    and (p_filter ->> 'from' is null or ended.created_at >= (p_filter ->> 'from')::timestamptz)
    and (p_filter ->> 'to' is null or ended.created_at <= (p_filter ->> 'to')::timestamptz)
    and (
      p_filter ->> 'user_id' is null
      or exists (
        select 1
        from public.projects
        where projects.project_id = ended.project_id
          and projects.user_id = p_filter ->> 'user_id'
      )
      or exists (
        select 1
        from private.endpoints
        where endpoints.endpoint_id = ended.endpoint_id
          and endpoints.user_id = p_filter ->> 'user_id'
      )
    );
$$;

comment on function private.replayable_deliveries(jsonb) is
'Deliveries that have ended, fit the filter and can be sent again.';

revoke execute on function private.replayable_deliveries(jsonb) from public, anon, authenticated, service_role;
