-- p_filter: statuses (without: dead, skipped), endpoint_id, user_id, project_id, type, from, to; each may be absent or
-- null. What an endpoint does not want is sent to it only where somebody says so. A batch fits a project or a type by
-- what travelled in it, and a user by its endpoint. An end that is filtered because the film has ended anew since is sent
-- again only by itself: a client that hears of the end of now would take the one before for the last.
--
-- Planned with its filters: of months of deliveries it reads those of the endpoint, the film, the user or the time that is
-- named, or what did not arrive.

create or replace function private.replayable_deliveries(p_filter jsonb)
returns table (delivery_id text, created_at timestamptz, "position" bigint)
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_statuses text[] := array(select jsonb_array_elements_text(nullif(p_filter -> 'statuses', 'null')));
  v_endpoint_id text := p_filter ->> 'endpoint_id';
  v_user_id text := p_filter ->> 'user_id';
  v_project_id text := p_filter ->> 'project_id';
  v_type text := p_filter ->> 'type';
  v_from timestamptz := p_filter ->> 'from';
  v_to timestamptz := p_filter ->> 'to';
  v_after text := private.first_id_at('dlv', v_from);
  v_before text := private.first_id_at('dlv', v_to + interval '2 hours');
  v_project_ids text[] := array(select projects.project_id from public.projects where projects.user_id = v_user_id);
  v_endpoint_ids text[] := array(select endpoints.endpoint_id from private.endpoints where endpoints.user_id = v_user_id);
  v_batch_ids text[] := array(
    select distinct event.batch_id
    from public.webhook_deliveries as event
    where event.project_id = v_project_id
      and event.batch_id is not null
  );
begin
  if cardinality(v_statuses) = 0 then
    v_statuses := array['dead', 'skipped'];
  end if;

  return query
  select ended.delivery_id, ended.created_at, ended.position
  from private.resendable_deliveries as ended
  where ended.status = any (v_statuses)
    and (ended.status <> 'filtered' or coalesce(ended.endpoint_id, 'notification') <> 'notification')
    and (v_endpoint_id is null or ended.endpoint_id = v_endpoint_id)
    and (v_project_id is null or ended.project_id = v_project_id or ended.delivery_id = any (v_batch_ids))
    and (v_user_id is null or ended.project_id = any (v_project_ids) or ended.endpoint_id = any (v_endpoint_ids))
    and (
      v_type is null
      or ended.type = v_type
      or ended.type = 'batch'
      and exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = ended.delivery_id
          and (v_project_id is null or event.project_id = v_project_id)
          and event.type = v_type
      )
    )
    and (v_from is null or ended.created_at >= v_from and ended.delivery_id > v_after)
    and (v_to is null or ended.created_at <= v_to and ended.delivery_id < v_before);
end;
$$;

comment on function private.replayable_deliveries(jsonb) is
'Deliveries that have ended, fit the filter and can be sent again.';

revoke execute on function private.replayable_deliveries(jsonb) from public, anon, authenticated, service_role;
