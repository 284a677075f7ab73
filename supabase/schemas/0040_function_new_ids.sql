-- The time is told once, and the source of random bits is asked for a thousand bytes as quickly as for ten.

create or replace function private.new_ids(p_prefix text, p_count integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_born text := p_prefix || '_' || lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
  v_random bytea := '';
begin
  while length(v_random) < 10 * p_count loop
    v_random := v_random || extensions.gen_random_bytes(least(10 * p_count - length(v_random), 1000));
  end loop;

  return array(
    select v_born || encode(substr(v_random, 10 * each.n - 9, 10), 'hex')
    from generate_series(1, p_count) as each (n)
  );
end;
$$;

comment on function private.new_ids(text, integer) is 'As many new ids as are asked for, each as new_id makes it.';

revoke execute on function private.new_ids(text, integer) from public, anon, authenticated, service_role;
