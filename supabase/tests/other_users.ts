import type { Sql } from "postgres";

/**
 * Inserts users with a standing endpoint each, its secret and its lane, a delivery to each of the
 * first hundred that waits for its next try, and the voices of finished films.
 */
export async function insertOtherUsers(sql: Sql, users: number): Promise<void> {
  await sql.begin((transaction) =>
    transaction.unsafe(`
    set local session_replication_role = replica;
    create temporary table other on commit drop as
    select n, 'ep_' || lpad(n::text, 20, '0') as endpoint_id from generate_series(1, ${users}) as n;
    insert into private.endpoints (endpoint_id, user_id, url)
    select endpoint_id, 'other-' || n, 'https://r' || n || '.example.com/hook' from other;
    insert into private.endpoint_secrets (endpoint_id, secret)
    select endpoint_id, 'whsec_' || repeat('A', 32) from other;
    insert into private.delivery_lanes (lane)
    select endpoint_id from other;
    insert into public.webhook_deliveries (endpoint_id, type, url, lane, body, attempt_count, due_at)
    select endpoint_id, 'video.generation.completed', 'https://r.example.com/hook', endpoint_id, '{}', 1,
      now() + interval '1 hour'
    from other
    where n <= 100;
    insert into private.film_parts (project_id, kind, input_hash, output)
    select projects.project_id, 'generate_voice', md5(projects.project_id || k), '{}'
    from public.projects, generate_series(1, 3) as k;
    -- Before somebody counts: a session tells what it has read up to seconds later.
    select pg_stat_force_next_flush();
  `)
  );
  await sql`vacuum analyze`;
}

/** Inserts films of other users, each with a clip at the provider and one that waits; no statistics are taken. */
export async function insertWorkUnderWay(sql: Sql, films: number): Promise<void> {
  await sql.begin((transaction) =>
    transaction.unsafe(`
    set local session_replication_role = replica;
    create temporary table busy on commit drop as
    select 'z' || lpad(n::text, 19, '0') as id from generate_series(1, ${films}) as n;
    insert into public.projects (project_id, video_id, user_id, status, idempotency_key, total_scenes)
    select 'proj_' || id, id, 'busy-' || id, 'generating', id, 2 from busy;
    insert into public.scenes (scene_id, project_id, position, status)
    select 'scene_' || id || k, 'proj_' || id, k, case when k = 1 then 'generating' else 'pending' end
    from busy, generate_series(1, 2) as k;
    insert into public.video_chunks (chunk_id, scene_id, project_id, status, request_id)
    select 'chunk_' || id || k, 'scene_' || id || k, 'proj_' || id,
      case when k = 1 then 'SUBMITTED' else 'PENDING' end, case when k = 1 then 'req-' || id end
    from busy, generate_series(1, 2) as k;
    insert into private.steps (
      step_id, project_id, scene_id, chunk_id, user_id, kind, status, provider, due_at, attempt_count
    )
    select 'step_' || id, 'proj_' || id, 'scene_' || id || 1, 'chunk_' || id || 1, 'busy-' || id, 'generate_clip', 'waiting',
      'fal', now() + interval '1 hour', 1
    from busy;
    insert into private.attempts (
      attempt_id, step_id, number, provider, status, request_id, input, input_hash, deadline_at
    )
    select 'att_' || id, 'step_' || id, 1, 'fal', 'submitted', 'req-' || id, '{}', md5(id), now() + interval '1 hour'
    from busy;
    select pg_stat_force_next_flush();
  `)
  );
}
