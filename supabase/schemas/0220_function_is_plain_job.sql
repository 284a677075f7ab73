create or replace function private.is_plain_job(p_job jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return num_nonnulls(p_job ->> 'stop_at', p_job ->> 'max_cost_usd') = 0
    and p_job ->> 'is_revision' is distinct from 'true'
    and p_job ->> 'storyboard' is distinct from 'model'
    and not coalesce(p_job -> 'film_options' ?| array['music', 'captions'], false)
    and jsonb_path_exists(p_job, '$.scenes[0]')
    and not jsonb_path_exists(
      p_job,
      '$.scenes[*] ? (
        @.audio_url != null || @.voice_over != null || !exists(@.chunks[0])
        || @.continuity == "shared_keyframe" && @.reframe_to != null
      )'
    );
end;
$$;

comment on function private.is_plain_job(jsonb) is
'True where nothing is to be approved, written, revised or heard, and no clip waits for another scene''s still: what the film needs first is known from the job alone.';

revoke execute on function private.is_plain_job(jsonb) from public, anon, authenticated, service_role;
