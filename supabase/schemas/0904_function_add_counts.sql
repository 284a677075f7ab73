create or replace function private.add_counts(p_one jsonb, p_other jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(summed.key, summed.n), '{}')
  from (
    select counts.key, sum(counts.value::bigint) as n
    from (select * from jsonb_each_text(p_one) union all select * from jsonb_each_text(p_other)) as counts
    group by counts.key
  ) as summed;
$$;

comment on function private.add_counts(jsonb, jsonb) is
'{"a": 1, "b": 2} and {"b": 3} are {"a": 1, "b": 5}.';

revoke execute on function private.add_counts(jsonb, jsonb) from public, anon, authenticated, service_role;
