import type { Sql } from "postgres";

/** Rows that a finished film of three chained scenes leaves behind, in all tables together. */
export const ROWS_OF_A_FILM = 82;

/** Over so many days, until today, finished films are spread. */
export const FINISHED_DAYS = 60;

/** What the steps of a three-scene film are, in order. */
const STEPS =
  "array['generate_clip', 'extract_last_frame', 'generate_clip', 'extract_last_frame', " +
  "'generate_clip', 'extract_thumbnail', 'stitch', 'store_film']";

/**
 * Inserts finished films as they would lie in the tables, spread over the last days. Their ids tell
 * their time, as those of `new_id` do: behind a young one, housekeeping looks for no old ones.
 */
export async function insertFinishedFilms(sql: Sql, films: number): Promise<void> {
  await sql.begin((transaction) =>
    transaction.unsafe(`
    -- No triggers and no foreign keys: these rows were checked when they came to be.
    set local session_replication_role = replica;
    create temporary table old on commit drop as
    select
      lpad(to_hex((date_part('epoch', at) * 1000)::bigint), 12, '0') || lpad(n::text, 20, '0') as id,
      at
    from generate_series(1, ${films}) as n
    cross join lateral (
      select now() - interval '${FINISHED_DAYS} days' * (${films} - n + 1) / ${films} as at
    ) as finished
    order by n;
    insert into public.projects (
      project_id, video_id, user_id, status, progress, final_video_url, idempotency_key, total_scenes,
      created_at, updated_at, completed_at
    )
    select 'proj_' || id, id, 'user-' || right(id, 3), 'completed', 100, 'https://x.example.com/f.mp4', id, 3,
      at, at, at
    from old;
    insert into private.job_requests (project_id, via, body_digest)
    select 'proj_' || id, 'webhook', md5(id) from old;
    insert into public.scenes (scene_id, project_id, position, status, video_url, created_at, updated_at)
    select 'scene_' || id || k, 'proj_' || id, k, 'completed', 'https://x.example.com/s.mp4', at, at
    from old, generate_series(1, 3) as k;
    insert into public.video_chunks (
      chunk_id, scene_id, project_id, status, request_id, kling_video_url, progress, created_at, updated_at
    )
    select 'chunk_' || id || k, 'scene_' || id || k, 'proj_' || id, 'COMPLETED', 'req-' || id || k,
      'https://x.example.com/s.mp4', 100, at, at
    from old, generate_series(1, 3) as k;
    insert into private.steps (
      step_id, project_id, user_id, kind, status, provider, due_at, attempt_count, output, created_at, updated_at
    )
    select 'step_' || id || k, 'proj_' || id, 'user-' || right(id, 3), (${STEPS})[k], 'completed', 'fal', at, 1,
      '{"video_url": "https://x.example.com/s.mp4"}', at, at
    from old, generate_series(1, 8) as k;
    insert into private.attempts (
      attempt_id, step_id, number, provider, status, request_id, input, input_hash, output, created_at, ended_at
    )
    select 'att_' || id || k, 'step_' || id || k, 1, 'fal', 'completed', 'req-' || id || k,
      '{"model": "fal-ai/some-model", "prompt": "A lighthouse at dusk"}', md5(id), '{}', at, at
    from old, generate_series(1, 8) as k;
    insert into public.pipeline_events (project_id, type, data, at)
    select 'proj_' || id, 'step.completed', '{"kind": "generate_clip"}', at
    from old, generate_series(1, 34) as k
    order by at;
    insert into public.webhook_logs (
      webhook_log_id, webhook_id, source, type, status, outcome, request_id, project_id, raw_body, data, received_at
    )
    select 'whlog_' || id || k, 'sha256:' || md5(id || k), 'fal', 'generation.completed', 'success', 'applied',
      'req-' || id || k, 'proj_' || id, convert_to(repeat('x', 300), 'UTF8'), '{}', at
    from old, generate_series(1, 7) as k;
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    select 'fal', 'sha256:' || md5(id || k), 'whlog_' || id || k, at
    from old, generate_series(1, 7) as k;
    insert into public.webhook_deliveries (
      delivery_id, project_id, webhook_id, type, url, lane, body, status, due_at, created_at, updated_at, delivered_at
    )
    select 'dlv_' || id, 'proj_' || id, 'msg_' || id, 'video.generation.completed', 'https://c.example.com', 'https://c.example.com', '{}',
      'delivered', at, at, at, at
    from old;
    insert into public.media (media_id, project_id, type, url, generated_at)
    select 'media_' || id || k, 'proj_' || id, 'generated-video', 'https://x.example.com/s.mp4', at
    from old, generate_series(1, 9) as k;
  `)
  );
  await sql`vacuum analyze`;
}
