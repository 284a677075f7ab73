create or replace function private.task_tokens(p_ids text[])
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_key text := (select settings.value #>> '{}' from private.settings where settings.name = 'token_key');
begin
  return array(
    select encode(extensions.hmac('task:' || p_ids[each.n], v_key, 'sha256'), 'hex')
    from generate_series(1, cardinality(p_ids)) as each (n)
  );
end;
$$;

comment on function private.task_tokens(text[]) is
'private.sign(''task'', id) of each id, in their order; null of null. The key is read once.';

revoke execute on function private.task_tokens(text[]) from public, anon, authenticated, service_role;
