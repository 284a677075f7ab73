create or replace function private.step_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(steps) - 'claim_token' - 'user_id' || jsonb_build_object(
        -- Paused: due with the project's resumption
        'due_at', nullif(steps.due_at, 'infinity'),
        'attempts', (
          select coalesce(
            jsonb_agg(
              to_jsonb(attempts) - 'status_url' - 'response_url' - 'cancel_url' - 'input_hash'
              order by attempts.number
            ),
            '[]'
          )
          from private.attempts
          where attempts.step_id = steps.step_id
        )
      )
      order by steps.created_at, steps.step_id
    ),
    '[]'
  )
  from private.steps
  where steps.project_id = p_project_id;
$$;

comment on function private.step_story(text) is
'The steps of a project, each with its attempts; no claim token.';

revoke execute on function private.step_story(text) from public, anon, authenticated, service_role;
