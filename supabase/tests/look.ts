import type { Sql } from "postgres";

/** How far things are, for assertions. Each function reads the one row that it names. */

export type ProjectRow = {
  project_id: string;
  status: string;
  progress: number;
  error_message: string | null;
  final_video_url: string | null;
  thumbnail_url: string | null;
};

export async function projectOf(sql: Sql, projectId: string): Promise<ProjectRow> {
  return only(
    await sql<ProjectRow[]>`
    select project_id, status, progress, error_message, final_video_url, thumbnail_url
    from public.projects where project_id = ${projectId}`,
  );
}

export type AttemptRow = {
  attempt_id: string;
  step_id: string;
  number: number;
  status: string;
  request_id: string | null;
  error_message: string | null;
};

/** The attempts of a step, in order. */
export async function attemptsOf(sql: Sql, stepId: string): Promise<AttemptRow[]> {
  return await sql<AttemptRow[]>`
    select attempt_id, step_id, number, status, request_id, error_message
    from private.attempts where step_id = ${stepId} order by number`;
}

export type StepRow = {
  step_id: string;
  kind: string;
  status: string;
  claim_token: string | null;
  error_message: string | null;
  /** Seconds from now, by the database's clock. */
  due_in: number;
  input: Record<string, unknown>;
};

export async function stepOf(sql: Sql, stepId: string): Promise<StepRow> {
  return only(
    await sql<StepRow[]>`
    select step_id, kind, status, claim_token, error_message, input,
      extract(epoch from due_at - private.clock())::float8 as due_in
    from private.steps where step_id = ${stepId}`,
  );
}

/** Kinds and statuses of a project's steps, in the order in which they were queued. */
export async function stepsOf(sql: Sql, projectId: string): Promise<string[]> {
  const rows = await sql`
    select kind || ' ' || status as step from private.steps
    where project_id = ${projectId} order by created_at, step_id`;
  return rows.map(({ step }) => step);
}

export type ChunkRow = {
  chunk_id: string;
  status: string;
  request_id: string | null;
  progress: number;
  error_message: string | null;
  kling_video_url: string | null;
  kling_completed_at: Date | null;
  image_url: string | null;
};

/** A project's clips, in the order of the film. */
export async function chunksOf(sql: Sql, projectId: string): Promise<ChunkRow[]> {
  return await sql<ChunkRow[]>`
    select video_chunks.* from public.video_chunks join public.scenes using (scene_id)
    where scenes.project_id = ${projectId} order by scenes.position, video_chunks.position`;
}

/** The statuses of a project's scenes, in order. */
export async function scenesOf(sql: Sql, projectId: string): Promise<string[]> {
  const rows = await sql`
    select status from public.scenes where project_id = ${projectId} order by position`;
  return rows.map(({ status }) => status);
}

/** The timeline of a project: types alone. */
export async function eventsOf(sql: Sql, projectId: string): Promise<string[]> {
  const rows = await sql`
    select type from public.pipeline_events where project_id = ${projectId} order by event_id`;
  return rows.map(({ type }) => type);
}

/** Messages of error_logs of a type, in order. */
export async function errorsOf(sql: Sql, type: "webhook" | "step" | "delivery"): Promise<string[]> {
  const rows =
    await sql`select message from public.error_logs where type = ${type} order by error_log_id`;
  return rows.map(({ message }) => message);
}

export async function brokenInvariants(sql: Sql): Promise<string[]> {
  const rows = await sql`select invariant || ': ' || id as broken from private.check_invariants()`;
  return rows.map(({ broken }) => broken);
}

export function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    throw new Error(`Cannot read row: there are ${rows.length}`);
  }
  return row;
}
