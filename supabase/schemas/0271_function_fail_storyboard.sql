-- A film need not fail because nobody wrote its scenes: the job's own words, split, are scenes too.

create or replace function private.fail_storyboard(p_step private.steps, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.setting_says('on_storyboard_failure', 'fail') then
    perform private.fail_project(p_step.project_id, format('Storyboard: %s', p_message), null);
    return;
  end if;

  perform private.complete_storyboard(p_step.project_id, jsonb_build_object(
    'by', 'splitter', 'scenes', p_step.input -> 'fallback', 'fell_back', p_message
  ));
end;
$$;

comment on function private.fail_storyboard(private.steps, text) is
'The splitter''s scenes instead, or, where on_storyboard_failure says fail, a failed project. The caller holds the project''s lock.';

revoke execute on function private.fail_storyboard(private.steps, text) from public, anon, authenticated, service_role;
