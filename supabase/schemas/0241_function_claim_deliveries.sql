create or replace function public.claim_deliveries(p_limit integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_work jsonb := private.lease_deliveries(p_limit, true);
begin
  return jsonb_build_object(
    'deliveries', v_work,
    'next_at', case when jsonb_array_length(v_work) = 0 then private.next_delivery_at() end
  );
end;
$$;

comment on function public.claim_deliveries(integer) is
'{deliveries, next_at}: leases up to p_limit due deliveries, each with a claim token; next_at, where there were none: when to look again. Called by pipeline-step.';

revoke execute on function public.claim_deliveries(integer) from public, anon, authenticated;
grant execute on function public.claim_deliveries(integer) to service_role;
