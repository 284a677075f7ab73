-- What waited for a place or for the switch is due already, so the bell is rung. Letting go is trying at once: what the
-- provider has put off itself is due, too. A step that somebody has locked is left to its own time: whoever holds it may
-- be waiting for the provider's row.

create or replace function public.set_provider(p_name text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_is_released boolean := (p_changes ->> 'is_held')::boolean is false;
begin
  if p_name = '*' and p_changes ?| array['max_in_flight', 'max_in_flight_per_user', 'is_held'] then
    raise exception 'Cannot set provider "*": it is the switch that pauses everything, and has no limits' using errcode = 'RL400';
  end if;

  update private.providers
  set
    is_paused = coalesce((p_changes ->> 'is_paused')::boolean, providers.is_paused),
    max_in_flight = case when p_changes ? 'max_in_flight'
      then (p_changes ->> 'max_in_flight')::integer else providers.max_in_flight end,
    max_in_flight_per_user = case when p_changes ? 'max_in_flight_per_user'
      then (p_changes ->> 'max_in_flight_per_user')::integer else providers.max_in_flight_per_user end,
    held_until = case when v_is_released then null else providers.held_until end,
    hold_reason = case when v_is_released then null else providers.hold_reason end,
    failures_in_a_row = case when v_is_released then 0 else providers.failures_in_a_row end,
    updated_at = private.clock()
  where providers.name = p_name;

  if not found then
    raise exception 'Cannot set provider "%": no such provider', p_name using errcode = 'RL404';
  end if;

  if v_is_released then
    update private.steps
    set due_at = private.clock(), updated_at = private.clock()
    where steps.step_id in (
      select put_off.step_id
      from private.steps as put_off
      where put_off.provider = p_name
        and put_off.status = 'queued'
        and put_off.due_at > (select private.clock())
        -- With its project, not by its provider.
        and put_off.due_at < 'infinity'
      for no key update skip locked
    );
  end if;

  perform private.record_event(null, 'provider.changed', null, null, jsonb_build_object('name', p_name) || p_changes);
  perform public.ring_bell();
  return private.provider_view(p_name);
end;
$$;

comment on function public.set_provider(text, jsonb) is
'Changes what p_changes names: is_paused, max_in_flight, max_in_flight_per_user (null: no limit), is_held (false: released, and what it put off is due). Answers as list_providers does. Raises RL400, RL404. Called by webhook-manage.';

revoke execute on function public.set_provider(text, jsonb) from public, anon, authenticated;
grant execute on function public.set_provider(text, jsonb) to service_role;
