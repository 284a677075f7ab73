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
  `)
  );
  await sql`vacuum analyze`;
}
