import fc from "fast-check";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { claimWork } from "../functions/_shared/transitions/work.ts";
import type { Given } from "./given.ts";
import { callback, complete, moveClock, PROVIDERS, requestOf, submit } from "./verbs.ts";

/** What can happen, in any order; `which` picks one of the pieces of work handed out so far. */
export type Move =
  | { is: "job"; scenes: ("last_frame" | "cut")[]; clips: number }
  | { is: "claim"; limit: number }
  | { is: "time"; seconds: number }
  | { is: "sweep" }
  | { is: "cancel"; which: number }
  | { is: (typeof ON_WORK)[number]; which: number };

/** What a runner or a provider does about one piece of work: early, late, twice or out of turn. */
const ON_WORK = [
  "submit",
  "done",
  "done without token",
  "failed, can pass",
  "failed for good",
  "in progress",
  "unread",
  "answer done",
  "answer failed",
  "answer lost",
  "answer unreachable",
] as const;

const which = fc.nat({ max: 20 });

const aJob: fc.Arbitrary<Move> = fc.record({
  is: fc.constant("job" as const),
  scenes: fc.array(fc.constantFrom("last_frame" as const, "cut" as const), {
    minLength: 1,
    maxLength: 3,
  }),
  clips: fc.integer({ min: 1, max: 2 }),
});

export const moves: fc.Arbitrary<Move[]> = fc.tuple(
  aJob,
  fc.array(
    fc.oneof(
      { weight: 1, arbitrary: aJob },
      {
        weight: 6,
        arbitrary: fc.record({
          is: fc.constant("claim" as const),
          limit: fc.integer({ min: 1, max: 4 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          is: fc.constant("time" as const),
          seconds: fc.constantFrom(1, 16, 61, 301, 601, 3600, 86_401),
        }),
      },
      { weight: 1, arbitrary: fc.record({ is: fc.constant("sweep" as const) }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant("cancel" as const), which }) },
      { weight: 12, arbitrary: fc.record({ is: fc.constantFrom(...ON_WORK), which }) },
    ),
    { minLength: 10, maxLength: 40 },
  ),
).map(([first, rest]) => [first, ...rest]);

/** Makes one move; `works` is what was claimed so far. */
export async function make(move: Move, given: Given, works: StepWork[]): Promise<void> {
  const { db, sql, aProject } = given;
  switch (move.is) {
    case "job":
      await aProject({ scenes: move.scenes, clips: move.clips });
      return;
    case "claim": {
      const { limit } = move;
      const { work } = await claimWork(db, { limit, providers: PROVIDERS, answersBell: true });
      works.push(...work.filter((item) => item.kind === "step"));
      return;
    }
    case "time":
      return await moveClock(sql, move.seconds);
    case "sweep":
      await sql`select private.sweep()`;
      return;
  }
  const work = works[move.which % Math.max(works.length, 1)];
  if (!work) return;
  if (move.is !== "cancel") return await onWork(move.is, work, given);
  await sql`
    select public.cancel_project(project_id) from public.projects
    where project_id = ${work.project_id} and status not in ('completed', 'failed')`;
}

async function onWork(is: (typeof ON_WORK)[number], work: StepWork, { db }: Given): Promise<void> {
  // A delivery of its own each time: the same bytes again would go no further than the door.
  const delivery_id = crypto.randomUUID();
  const isOurs = work.step === "store_film" || work.step === "cancel_request";
  const broken = (retryable: boolean) => ({ message: "It broke", retryable });

  if (is === "answer done") await complete(db, work);
  else if (is === "answer failed") {
    await recordAnswer(db, work, { state: "failed", error: broken(true) });
  } else if (is === "answer lost") {
    // Nothing is lost on the way to our own Storage, and an attempt with a request id is asked for it.
    if (!isOurs && work.mode !== "ask") {
      await recordAnswer(db, work, { state: "lost", message: "The connection broke" });
    }
  } else if (is === "answer unreachable") {
    if (work.mode !== "start") {
      await recordAnswer(db, work, { state: "unreachable", message: "HTTP 502" });
    }
  } else if (isOurs) return;
  else if (is === "submit") await submit(db, work);
  else if (is === "done") await callback(db, work, { delivery_id });
  else if (is === "done without token") await callback(db, work, { delivery_id, token: null });
  else if (is === "failed, can pass" || is === "failed for good") {
    const error = broken(is === "failed, can pass");
    await callback(db, work, { delivery_id, result: { state: "failed", error } });
  } else {
    const state = is === "unread" ? "unread" : "in_progress";
    const result = { state, progress: 50, request_id: requestOf(work) } as const;
    await callback(db, work, { delivery_id, result });
  }
}
