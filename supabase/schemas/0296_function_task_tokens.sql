create or replace function private.task_tokens(p_ids text[])
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_key text := (select settings.value #>> '{}' from private.settings where settings.name = 'token_key');
begin
  return array(
    select encode(extensions.hmac('task:' || each.id, v_key, 'sha256'), 'hex')
    from unnest(p_ids) with ordinality as each (id, n)
    order by each.n
  );
end;
$$;

comment on function private.task_tokens(text[]) is
'private.sign(''task'', id) of each id, in their order; null of null. The key is read once.';

revoke execute on function private.task_tokens(text[]) from public, anon, authenticated, service_role;
