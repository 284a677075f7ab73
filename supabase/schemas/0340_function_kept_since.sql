-- 0 days keep for ever. A delivery id is kept for a week at least, and for as long as its callback may
-- be buffered: senders try again for days, and what is forgotten is processed once more.

create or replace function private.kept_since(p_what text)
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select case
    when kept.days = 0 then '-infinity'::timestamptz
    when p_what = 'seen_deliveries' then private.clock() - greatest(
      make_interval(secs => kept.days * 86400),
      interval '7 days',
      make_interval(secs => private.setting('buffer_seconds')::double precision)
    )
    else private.clock() - make_interval(secs => kept.days * 86400)
  end
  from (select private.setting('keep_days.' || p_what)::double precision as days) as kept;
$$;

comment on function private.kept_since(text) is
'What is older than this may go: keep_days.<what> ago; -infinity where it is 0.';

revoke execute on function private.kept_since(text) from public, anon, authenticated, service_role;
