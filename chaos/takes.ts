import type { Sql } from "postgres";
import type { FalRequest } from "../local/simulators/fal/account.ts";
import { patiently } from "./patient_sql.ts";
import { attemptIdOf } from "./attempt_id.ts";

/** A clip that is in its film, by the database. */
export type Take = { prompt: string; url: string | null };

/** The selected clips of each film, in order, by their projects' ids. */
export async function readTakes(sql: Sql): Promise<Map<string, Take[]>> {
  const takes = await patiently(sql, (sql) =>
    sql<(Take & { project_id: string })[]>`
      select video_chunks.project_id, video_chunks.prompt, kling_video_url as url
      from public.video_chunks
      join public.scenes using (scene_id)
      where selected
      order by video_chunks.project_id, scenes.position, video_chunks.position`);
  return Map.groupBy(takes, ({ project_id }) => project_id);
}

/** For which take of which clip a request was made; of one that is not known any more, which attempt. */
export async function readClips(sql: Sql): Promise<(request: FalRequest) => string> {
  const rows = await patiently(sql, (sql) =>
    sql<{ attempt_id: string; chunk_id: string }[]>`
      select attempt_id, chunk_id
      from private.attempts
      join private.steps using (step_id)
      where kind = 'generate_clip'`);
  const chunks = new Map(rows.map(({ attempt_id, chunk_id }) => [attempt_id, chunk_id]));
  return ({ webhookUrl }) => chunks.get(attemptIdOf(webhookUrl)) ?? attemptIdOf(webhookUrl);
}
