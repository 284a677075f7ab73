import { changeProject, redriveStep } from "../../supabase/functions/_shared/management/films.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { recordAnswer } from "../../supabase/functions/_shared/transitions/steps.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import {
  callback,
  fail,
  isDoneHere,
  moveClock,
  outputOf,
  PROVIDERS,
  setSetting,
  submit,
} from "../../supabase/tests/verbs.ts";
import { type Move, onWork, pick } from "./money_moves.ts";

/** Whatever it is about and however long ago. */
const callsBackLate: Move = async ({ db }, world) => {
  const works = world.works.filter((work) => !isDoneHere(work));
  if (works.length === 0) return;
  await callback(db, pick(world, works), { delivery_id: crypto.randomUUID() });
};

const failsAfterAll = onWork(async ({ db }, work, { taken }) => {
  if (isDoneHere(work) || !taken.has(work.attempt.attempt_id)) return;
  await callback(db, work, {
    delivery_id: crypto.randomUUID(),
    result: { state: "failed", error: { message: "It broke", retryable: true, billed: true } },
  });
});

const isLost = onWork(async ({ db }, work, { taken, refused }) => {
  const { attempt_id } = work.attempt;
  if (isDoneHere(work) || taken.has(attempt_id) || refused.has(attempt_id)) return;
  taken.add(attempt_id);
  await recordAnswer(db, work, { state: "lost", message: "No answer" });
});

const answers = onWork(async ({ db }, work, world) => {
  if (isDoneHere(work) || work.mode === "start") return;
  const lost = { state: "lost", message: "Not found", unasked: world.random() < 0.3 } as const;
  await recordAnswer(
    db,
    work,
    work.mode === "lookup" ? lost : pick(world, [
      { state: "completed", output: outputOf(work) },
      { state: "completed", output: outputOf(work) },
      { state: "in_progress" },
      { state: "unreachable", message: "Nobody is there" },
      { state: "failed", error: { message: "It broke", retryable: true } },
    ]),
  );
});

const refusesForGood = onWork(async ({ db }, work, { taken, refused }) => {
  if (work.mode !== "start" || taken.has(work.attempt.attempt_id)) return;
  refused.add(work.attempt.attempt_id);
  await fail(db, work);
});

/** It had refused the call, and took it. */
const tookAfterAll = onWork(async ({ db }, work, world) => {
  if (isDoneHere(work) || !world.refused.has(work.attempt.attempt_id)) return;
  if (world.random() < 0.5) return await submit(db, work);
  await callback(db, work, { delivery_id: crypto.randomUUID() });
});

const prefers: Move = async ({ db }, world) => {
  const films = await world.sql`select project_id from public.projects order by project_id`;
  if (films.length === 0) return;
  await changeProject(db, "prefer", { projectId: pick(world, films).project_id, reason: null });
};

const redrives: Move = async ({ db }, world) => {
  const failed = await world.sql`
    select step_id from private.steps
    where status = 'failed' and kind in ('cancel_request', 'extract_thumbnail') order by step_id`;
  if (failed.length > 0) await redriveStep(db, pick(world, failed).step_id);
};

const ordersOther: Move = ({ db }, world) =>
  createProject(
    db,
    jobOf({
      video_id: "video-1",
      is_revision: world.random() < 0.5,
      ...pick(world, [
        { execution_mode: "test" },
        { user_id: "user-2", max_cost_usd: 1 },
        { storyboard: "model", providers: PROVIDERS, max_cost_usd: 2 },
      ]),
    }),
  );

const caps: Move = (_, world) => setSetting(world.sql, "max_usd_per_day", pick(world, [0, 5, 20]));

const longTime: Move = (_, world) => moveClock(world.sql, pick(world, [700, 3700]));

/** What happens seldom, and to everybody some day. */
export const FAULTS: Move[] = [
  ...Array<Move>(3).fill(callsBackLate),
  failsAfterAll,
  isLost,
  ...Array<Move>(2).fill(answers),
  refusesForGood,
  tookAfterAll,
  prefers,
  redrives,
  ordersOther,
  caps,
  longTime,
];
