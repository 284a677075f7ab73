create or replace function private.overdue_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select steps.step_id
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= p_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  );
end;
$$;

comment on function private.overdue_steps(integer, jsonb, timestamptz) is
'Steps whose lease ran out or whose provider is silent past its deadline, longest first.';

revoke execute on function private.overdue_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
