create or replace function public.claim_deliveries(p_limit integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_work jsonb := private.lease_deliveries(p_limit, true);
  v_next_at timestamptz;
begin
  if jsonb_array_length(v_work) = 0 then
    v_next_at := private.next_delivery_at();
  end if;

  return jsonb_build_object(
    'deliveries', v_work,
    'next_at', v_next_at,
    -- The runner's clock may be another one.
    'next_in', extract(epoch from nullif(v_next_at, 'infinity') - private.clock())
  );
end;
$$;

comment on function public.claim_deliveries(integer) is
'{deliveries, next_at, next_in}: leases up to p_limit due deliveries, each with a claim token; next_at, where there were none: when to look again; next_in: in how many seconds that is. Called by pipeline-step.';

revoke execute on function public.claim_deliveries(integer) from public, anon, authenticated;
grant execute on function public.claim_deliveries(integer) to service_role;
