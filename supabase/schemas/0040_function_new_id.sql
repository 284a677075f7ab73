-- proj_0199c3f0a1b2...: a prefix, 48 bits of Unix milliseconds, 80 random bits, all in hex; sorts by
-- time of birth, as UUID version 7 (RFC 9562) does.

create or replace function private.new_id(p_prefix text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- Its version and variant are in the middle: both ends are random.
  v_random text := gen_random_uuid();
begin
  return p_prefix || '_'
    || lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0')
    || left(v_random, 8) || right(v_random, 12);
end;
$$;

comment on function private.new_id(text) is 'A new time-ordered text id with this prefix.';

-- It is a default of the chunks that the outside worker inserts.
revoke execute on function private.new_id(text) from public, anon, authenticated;
grant execute on function private.new_id(text) to service_role;
