-- Most jobs of a moment ask for films of one shape.

create or replace function private.estimate_jobs(p_jobs jsonb[], p_shapes text[], p_providers jsonb)
returns numeric[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_known text[] := '{}';
  v_prices numeric[] := '{}';
  v_usd numeric[] := '{}';
  v_place integer;
begin
  for n in 1..cardinality(p_shapes) loop
    v_place := case when p_shapes[n] is not null then coalesce(array_position(v_known, p_shapes[n]), 0) end;
    if v_place = 0 then
      v_known := v_known || p_shapes[n];
      v_prices := v_prices || private.estimate_clips(jsonb_build_object('providers', p_providers) || p_jobs[n]);
      v_place := cardinality(v_known);
    end if;
    v_usd[n] := v_prices[v_place];
  end loop;

  return v_usd;
end;
$$;

comment on function private.estimate_jobs(jsonb[], text[], jsonb) is
'What estimate_film will say of the film of each plain job, in the order of the jobs: once for each shape (job_shapes); providers: of the jobs that do not name their own.';

revoke execute on function private.estimate_jobs(jsonb[], text[], jsonb) from public, anon, authenticated, service_role;
