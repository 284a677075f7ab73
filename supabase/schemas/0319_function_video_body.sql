-- The bodies that clients of the door videos know, field by field. Every end has the same
-- webhook_type; its status tells them apart.

create or replace function private.video_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      'completed' as status,
      'video_generation_completed' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.final_video_url as video_url,
      round(extract(epoch from p_project.completed_at - p_project.created_at), 1) as generation_duration_seconds,
      p_project.model,
      p_project.prompt
  ) as body
  where p_type = 'video.generation.completed'
  union all
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      private.video_status(p_project.status) as status,
      'video_generation_completed' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.error_message as error,
      p_project.model,
      p_project.prompt
  ) as body
  where p_type in ('video.generation.failed', 'video.generation.cancelled')
  union all
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      'processing' as status,
      'video_generation_progress' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.progress as progress_percentage,
      case p_project.status
        when 'queued' then 'Waiting for its turn'
        when 'storyboarding' then 'Writing the storyboard'
        when 'stitching' then 'Joining and storing the film'
        else 'Rendering video content'
      end as message,
      ceil(
        extract(epoch from private.clock() - p_project.created_at)
        * (100 - p_project.progress) / nullif(p_project.progress, 0)
      )::bigint as estimated_seconds_remaining
  ) as body
  where p_type = 'video.generation.progress';
$$;

comment on function private.video_body(public.projects, text) is
'A delivery''s body for a job that came through the door videos: its end, or its progress; null for any other type.';

revoke execute on function private.video_body(public.projects, text) from public, anon, authenticated, service_role;
