-- Ids sort by time: the last one of a page is where the next one begins.

create or replace function public.replayable_callbacks(p_source text, p_status text, p_from timestamptz, p_to timestamptz, p_after text, p_limit integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.check_source(p_source);

  return (
    with
    -- What fits the filter and can be applied at all
    fitting as (
      select webhook_logs.webhook_log_id
      from public.webhook_logs
      where webhook_logs.status = p_status
        and webhook_logs.status in ('error', 'pending')
        and not private.is_malformed(webhook_logs)
        and not webhook_logs.is_token_wrong
        and private.is_of_source(webhook_logs, p_source)
        and (p_from is null or webhook_logs.received_at >= p_from)
        and (p_to is null or webhook_logs.received_at <= p_to)
        and (p_after is null or webhook_logs.webhook_log_id > p_after)
    )
    select jsonb_build_object(
      'matched', (select count(*) from fitting),
      'ids', coalesce(
        (
          select jsonb_agg(page.webhook_log_id order by page.webhook_log_id)
          from (select fitting.webhook_log_id from fitting order by fitting.webhook_log_id limit p_limit) as page
        ),
        '[]'
      )
    )
  );
end;
$$;

comment on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) is
'{matched, ids}: how many callbacks of a status (error, pending) could be replayed, and the oldest of them after p_after. Raises RL400. Called by webhook-manage.';

revoke execute on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) from public, anon, authenticated;
grant execute on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) to service_role;
