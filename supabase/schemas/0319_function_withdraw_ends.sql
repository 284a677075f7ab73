-- deliveries pending | dead → filtered
--
-- A film that ended is made on, or anew: whoever has not heard of the end before by then would hear of it after the one of
-- now, and believe it. A dead one would be told once all that is dead is redriven.

create or replace function private.withdraw_ends(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.webhook_deliveries
  set status = 'filtered', error = 'The film has ended anew since', updated_at = private.clock()
  where webhook_deliveries.delivery_id in (
    select untold.delivery_id
    from public.webhook_deliveries as untold
    where untold.project_id = p_project_id
      and private.is_end_of_film(untold)
      and untold.status in ('pending', 'dead')
    -- What somebody holds is on its way.
    for no key update skip locked
  );
end;
$$;

comment on function private.withdraw_ends(text) is
'pending | dead → filtered for what the callback_url and the notification service were to hear of earlier ends of the film.';

revoke execute on function private.withdraw_ends(text) from public, anon, authenticated, service_role;
