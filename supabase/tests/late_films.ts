import assert from "node:assert/strict";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import type { Given } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { attemptsOf, projectOf } from "./look.ts";
import { claim, moveClock, outliveLeases, submit } from "./verbs.ts";

/** A film of two scenes that failed while its first clip, claimed here, is being made all the same. */
export async function aFailedFilm(
  given: Given,
  failFor: (given: Given, work: StepWork, other: StepWork) => unknown,
  options: JobOptions,
): Promise<StepWork> {
  const projectId = await given.aProject({ scenes: ["cut", "cut"], ...options });
  const works = await claim(given.db);
  const [work, other = work] = works.filter(({ project_id }) => project_id === projectId);
  assert(work && other);
  await failFor(given, work, other);
  assert.equal((await projectOf(given.sql, projectId)).status, "failed");
  return work;
}

/** Nobody can tell whether the provider took it: its step fails. */
export async function loseForGood({ db, sql }: Given, work: StepWork): Promise<void> {
  await recordAnswer(db, work, { state: "lost", message: "No answer" });
  await moveClock(sql, 3600);
  const lookUp = (await claim(db)).find(({ step_id }) => step_id === work.step_id);
  assert(lookUp?.mode === "lookup");
  await recordAnswer(db, lookUp, { state: "lost", message: "Not found" });
  assert.equal((await attemptsOf(sql, work.step_id)).at(-1)?.status, "outcome_unknown");
}

/** Its provider is at it for too long. */
export async function giveUp({ db, sql }: Given, work: StepWork): Promise<void> {
  await submit(db, work);
  await outliveLeases(sql);
  await moveClock(sql, 7 * 86_400);
  const asking = (await claim(db)).find(({ step_id }) => step_id === work.step_id);
  assert(asking?.mode === "ask");
  await recordAnswer(db, asking, { state: "in_progress" });
}
