create or replace function private.insert_attempt(p_step private.steps, p_providers jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_provider text := private.provider_of(p_step.project_id, p_step.kind, p_providers);
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind in ('stitch', 'mix_music', 'burn_captions') then
    v_input := v_input || jsonb_build_object(
      'is_film',
      v_provider = 'stitch'
        and p_providers ->> 'store_films' is distinct from 'always'
        and private.is_last_cut(p_step)
    );
  end if;

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd, sent_at)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider),
    case
      when p_step.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request') and p_providers -> 'announced' ? v_provider
        then 'infinity'::timestamptz
    end
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
