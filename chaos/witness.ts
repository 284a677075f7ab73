import { type FalRequest, isLive } from "../local/simulators/fal/account.ts";
import { paidTwice, writtenTwice, wrongParts } from "./bill.ts";
import { isExpected } from "./expected_errors.ts";
import { REFUSAL } from "./film_faults.ts";
import type { FilmPlan } from "./film_plan.ts";
import type { Word } from "./hearing.ts";
import { patiently } from "./patient_sql.ts";
import { Places } from "./places.ts";
import { endlessClips, mayLose, type Schedule } from "./schedule.ts";
import type { World } from "./world.ts";

/** Everything the witness looked for; what it found is named. */
export const FINDINGS = {
  completed: "completed",
  refused: "failed by refusal",
  givenUp: "given up past patience",
  unknown: "outcome_unknown",
  lost: "lost",
  stuck: "stuck",
  unexplained: "failed without a reason",
  wrong: "made of wrong parts",
  paidTwice: "paid twice",
  live: "live requests at fal",
  broken: "broken invariants",
  twoIds: "callbacks under two ids",
  wrongWords: "callbacks with a wrong type or signature",
  errors: "errors nobody expected",
} as const;

export type Finding = keyof typeof FINDINGS;
export type Findings = Record<Finding, string[]>;

/** These may be found; anything else fails the run. */
export const GOOD: readonly Finding[] = ["completed", "refused", "givenUp", "unknown"];

const GIVEN_UP = /No result of generate_clip after \d+ s \(give_up_seconds\.generate_clip\.fal-ai/;

type Project = { project_id: string; status: string; error: string | null; open: number };
type Unknown = { attempt_id: string; project_id: string; kind: string };

/** Compares the database with fal's account and with what the client heard. */
export async function bearWitness(
  { stack: { sql, fal, openai }, schedule, taskIds, words, odd }: {
    stack: Pick<World["stack"], "sql" | "fal" | "openai">;
    schedule: Schedule;
    /** By film number; null: the order was never accepted. */
    taskIds: ReadonlyMap<number, string | null>;
    words: ReadonlyMap<string, Word[]>;
    odd: number;
  },
): Promise<Findings> {
  const ask = async <T>(text: string): Promise<T[]> =>
    await patiently(sql, (sql) => sql.unsafe<T[]>(text));
  const projects = await ask<Project>(`
    select project_id, status, error_message as error,
      (select count(*)::int from private.steps
        where steps.project_id = projects.project_id and status in ('queued', 'running', 'waiting'))
      + (select count(*)::int from public.webhook_deliveries
        where webhook_deliveries.project_id = projects.project_id
          and status in ('pending', 'delivering')) as open
    from public.projects`);
  const unknown = await ask<Unknown>(`
    select attempt_id, project_id, kind
    from private.attempts join private.steps using (step_id)
    where attempts.status = 'outcome_unknown'`);
  const broken = await ask<{ invariant: string; id: string }>(
    "select invariant, id from private.check_invariants()",
  );
  const errors = await ask<{ type: string; message: string }>(
    "select type, message from public.error_logs",
  );

  const findings = emptyFindings();
  const judge = judgeOf({ findings, schedule, fal: fal.requests, projects, unknown, words });
  for (const film of schedule.films) judge(film, taskIds.get(film.number) ?? null);
  findings.lost.push(...Array.from({ length: odd }, () => "a callback that names no film"));
  findings.paidTwice.push(...paidTwice(fal.requests), ...writtenTwice(openai.calls));
  const forgotten = new Set(unknown.map(({ attempt_id }) => attempt_id));
  findings.live.push(
    ...fal.liveRequests().filter(({ webhookUrl }) => !forgotten.has(attemptIdOf(webhookUrl)))
      .map(({ requestId, endpoint }) => `${endpoint} ${requestId}`),
  );
  findings.broken.push(...broken.map(({ invariant, id }) => `${invariant}: ${id}`));
  findings.errors.push(
    ...errors.filter(({ message }) => !isExpected(message))
      .map(({ type, message }) => `${type}: ${message}`),
  );
  return findings;
}

function judgeOf(
  { findings, schedule, fal, projects, unknown, words }: {
    findings: Findings;
    schedule: Schedule;
    fal: readonly FalRequest[];
    projects: Project[];
    unknown: Unknown[];
    words: ReadonlyMap<string, Word[]>;
  },
): (film: FilmPlan, taskId: string | null) => void {
  const byId = new Map(projects.map((project) => [project.project_id, project]));
  const refused = new Set(
    schedule.filmFaults.filter(({ kind }) => kind === "provider-refuses").map(({ film }) => film),
  );
  const places = new Places(fal);
  const byFilm = Map.groupBy(fal, ({ input }) => places.of(input)?.film ?? 0);
  // fal has told, or would tell, what became of these. Of one that never ends nobody hears: where its
  // receipt was lost and its patience was over before fal's list could be read, nothing can be learnt.
  const tokens = new Set(
    fal.filter((request) => !isLive(request)).map(({ webhookUrl }) => attemptIdOf(webhookUrl)),
  );

  return function judge(film: FilmPlan, taskId: string | null): void {
    const name = `film ${film.number}`;
    if (taskId === null) return void findings.lost.push(`${name}: its order was never accepted`);
    const project = byId.get(taskId);
    if (!project) return void findings.lost.push(`${name}: there is no project ${taskId}`);
    if (!["completed", "failed", "cancelled"].includes(project.status) || project.open > 0) {
      return void findings.stuck.push(`${name}: ${project.status}, ${project.open} open`);
    }
    listen(name, project, words.get(taskId) ?? []);

    const lost = unknown.filter(({ project_id }) => project_id === taskId);
    if (project.status === "completed") {
      findings.completed.push(name);
      const wrong = wrongParts(film, byFilm.get(film.number) ?? []);
      if (wrong !== null) findings.wrong.push(`${name}: ${wrong}`);
    } else if (refused.has(film.number) && project.error?.includes(REFUSAL)) {
      findings.refused.push(name);
    } else if (endlessClips(schedule, film.number).size > 0 && GIVEN_UP.test(project.error ?? "")) {
      findings.givenUp.push(name);
    } else if (
      lost.length > 0 && mayLose(schedule, film.number) &&
      lost.every(({ attempt_id }) => !tokens.has(attempt_id))
    ) {
      const kinds = lost.map(({ kind }) => kind).join(", ");
      findings.unknown.push(`${name}: ${kinds}: ${project.error}`);
    } else {
      findings.unexplained.push(`${name}: ${project.status}: ${project.error}`);
    }
  };

  function listen(name: string, { status }: Project, heard: Word[]): void {
    const ids = new Set(heard.map(({ webhookId }) => webhookId));
    if (heard.length === 0) findings.lost.push(`${name}: its client heard nothing`);
    if (ids.size > 1) findings.twoIds.push(`${name}: ${[...ids].join(", ")}`);
    const wrong = heard.filter(({ type, verified }) =>
      !verified || type !== `video.generation.${status}`
    );
    if (wrong.length > 0) findings.wrongWords.push(`${name}: ${wrong[0]?.type}, it is ${status}`);
  }
}

function attemptIdOf(webhookUrl: string | null): string {
  const token = webhookUrl === null ? null : new URL(webhookUrl).searchParams.get("token");
  return token?.split(".")[0] ?? "";
}

function emptyFindings(): Findings {
  return {
    completed: [],
    refused: [],
    givenUp: [],
    unknown: [],
    lost: [],
    stuck: [],
    unexplained: [],
    wrong: [],
    paidTwice: [],
    live: [],
    broken: [],
    twoIds: [],
    wrongWords: [],
    errors: [],
  };
}
