create or replace function public.read_metrics(p_seconds numeric default 86400)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_since timestamptz := private.clock() - make_interval(secs => p_seconds::double precision);
begin
  return jsonb_build_object(
    'since', v_since,
    'doors', private.door_metrics(v_since),
    'doors_ever', private.door_metrics(null),
    'callbacks', private.callback_metrics(v_since),
    'deliveries', private.delivery_metrics(v_since),
    'steps', private.step_metrics(v_since),
    'providers', public.list_providers(),
    'projects', private.projects_by_status(),
    'errors', private.error_metrics(v_since),
    'rate_limit_hits', private.limit_hits_since(v_since)
  );
end;
$$;

comment on function public.read_metrics(numeric) is
'{since, doors, doors_ever, callbacks, deliveries, steps, providers, projects, errors, rate_limit_hits} over the last p_seconds. Called by webhook-manage.';

revoke execute on function public.read_metrics(numeric) from public, anon, authenticated;
grant execute on function public.read_metrics(numeric) to service_role;
