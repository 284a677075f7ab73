import type { Sql } from "postgres";
import { DatabaseError } from "../functions/_shared/database.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import type { Given } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { projectOf } from "./look.ts";
import { callback, claim, complete, isDoneHere, submit } from "./verbs.ts";

const MOST_ROUNDS = 30;

/** Does all that is due, whosever it is, until this project has that status. */
export async function drive(given: Given, projectId: string, until = "completed"): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if ((await projectOf(given.sql, projectId)).status === until) return;
    for (const work of await claim(given.db)) await finish(given, work);
  }
  const { status } = await projectOf(given.sql, projectId);
  throw new Error(`Cannot drive project to ${until}: it stays ${status}`);
}

/** A step is done, in the way in which its kind is. */
export async function finish({ db }: Given, work: StepWork): Promise<void> {
  if (isDoneHere(work)) return void await complete(db, work);
  await submit(db, work);
  await callback(db, work);
}

/** A completed film; its project's id. */
export async function aFilm(given: Given, options?: JobOptions): Promise<string> {
  const projectId = await given.aProject(options);
  await drive(given, projectId);
  return projectId;
}

/** The step of this kind that is due in this project, claimed. */
export async function claimOf(
  { db }: Given,
  projectId: string,
  kind: StepWork["step"],
): Promise<StepWork> {
  const works = await claim(db);
  const work = works.find((one) => one.project_id === projectId && one.step === kind);
  if (!work) throw new Error(`Cannot claim ${kind}: only ${works.map(({ step }) => step)} are due`);
  return work;
}

/** How often a provider was asked for this kind of step. */
export async function triesOf(sql: Sql, projectId: string, kind: string): Promise<number> {
  const [row] = await sql`
    select count(*)::int as n from private.attempts join private.steps using (step_id)
    where steps.project_id = ${projectId} and steps.kind = ${kind}`;
  return row?.n;
}

/** The ids of a project's scenes, in order. */
export async function sceneIdsOf(sql: Sql, projectId: string): Promise<string[]> {
  const rows = await sql`
    select scene_id from public.scenes where project_id = ${projectId} order by position`;
  return rows.map(({ scene_id }) => scene_id);
}

/** `position.take status`, with a star for what is selected, in the order of the film. */
export async function takesOf(sql: Sql, projectId: string): Promise<string[]> {
  const rows = await sql`
    select scenes.position || '.' || video_chunks.take || ' ' || video_chunks.status
      || case when selected then '*' else '' end as take
    from public.video_chunks join public.scenes using (scene_id)
    where scenes.project_id = ${projectId}
    order by scenes.position, video_chunks.take, video_chunks.position`;
  return rows.map(({ take }) => take);
}

/** What a verb refuses with: its SQLSTATE and its sentence. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DatabaseError) {
      return `${error.code} ${error.raised.replace(/^Cannot call \w+: /, "")}`;
    }
    throw error;
  }
  throw new Error("Cannot read refusal: the verb was done");
}
