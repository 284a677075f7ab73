-- As new_id makes them, which knows no offset of private.clock(). An hour earlier, for what takes its id and its time at two
-- moments: whoever looks from here on looks at the time as well.

create or replace function private.first_id_at(p_prefix text, p_at timestamptz)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_born timestamptz := p_at - (private.clock() - clock_timestamp()) - interval '1 hour';
begin
  return p_prefix || '_' || lpad(to_hex(greatest((date_part('epoch', v_born) * 1000)::bigint, 0)), 12, '0');
end;
$$;

comment on function private.first_id_at(text, timestamptz) is
'No row that was born at this time or later has an id in front of this one.';

revoke execute on function private.first_id_at(text, timestamptz) from public, anon, authenticated, service_role;
