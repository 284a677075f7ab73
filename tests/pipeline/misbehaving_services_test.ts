import assert from "node:assert/strict";
import type { Rule } from "../../local/simulators/services/behaviour.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

/** So that what is overdue is asked about while somebody waits. */
const IMPATIENT = {
  "deadline_seconds.generate_clip": 1,
  "deadline_seconds.extract_last_frame": 1,
  "deadline_seconds.stitch": 1,
  ask_seconds: 1,
  lookup_again_seconds: 1,
};

/** What the video service does wrong, and what becomes of it: of its callbacks, and of the film. */
type Case = { does: Rule; callbacks: string[]; ends?: RegExp };

/** A film that is made in spite of it has no `ends`. Callbacks are told by what was not applied. */
const CASES: Record<string, Case> = {
  "answers 200 with nonsense": {
    does: { answer: { status: 200, body: "It worked!" }, callback: "silent", times: 1 },
    callbacks: [],
  },
  "answers 200 without a task": {
    does: { answer: { status: 200, body: { ok: true } }, times: 1 },
    callbacks: [],
  },
  "calls back with nonsense": { does: { callback: "nonsense" }, callbacks: ["malformed"] },
  "calls back in a word of its own": {
    does: { callback: "unknown_status" },
    callbacks: ["malformed"],
  },
  "succeeds without a URL": { does: { callback: "without_url" }, callbacks: ["malformed"] },
  "names an unknown task": { does: { callback: "other_task" }, callbacks: ["unknown"] },
  "names another scene": { does: { callback: "other_scene" }, callbacks: ["unknown"] },
  "signs with another secret": { does: { callback: "bad_signature" }, callbacks: [] },
  "says nothing": { does: { callback: "silent" }, callbacks: [] },
  "calls back twice": { does: { callback: "twice" }, callbacks: ["duplicate"] },
  "calls back early": { does: { callback: "early" }, callbacks: [] },
  "reports progress after the end": { does: { callback: "progress_after" }, callbacks: ["stale"] },
  "fails after it has completed": { does: { callback: "failed_after" }, callbacks: ["stale"] },
  "completes another time otherwise": {
    does: { callback: "contradicting" },
    callbacks: ["stale"],
  },
  "fails without a reason": {
    does: { fail: "", callback: "without_error" },
    callbacks: [],
    ends: /^Scene 1: No reason given$/,
  },
  "completes after it has failed": {
    does: { fail: "Out of memory", callback: "completed_after" },
    callbacks: ["stale"],
    ends: /^Scene 1: Out of memory$/,
  },
  "makes a page instead of a clip": {
    does: { noMedia: true },
    callbacks: [],
    ends: /^Cannot store film: what its source sent is no video$/,
  },
};

async function hold(stack: FilmStack, name: string, { callbacks, ends }: Case) {
  const { sql, video } = stack;
  const id = await stack.order([{ prompt: name, duration: 1, model: "any" }]);
  const { type, error } = await stack.ended(id);

  assert.equal(type, ends ? "video.generation.failed" : "video.generation.completed", name);
  if (ends) assert.match(error ?? "", ends, name);
  const tasks = video.tasks.filter(({ input }) => input.prompt === name);
  assert.equal(tasks.length, 1, `${name}: is paid once`);
  await video.ended(tasks[0]?.taskId ?? "");
  const logs = await sql`
    with heard as (
      select outcome, duplicate_count
      from public.webhook_logs
      join private.attempts using (attempt_id)
      join private.steps using (step_id)
      where steps.project_id = ${id} and steps.kind = 'generate_clip'
    )
    select coalesce(outcome, 'malformed') as outcome from heard
    union
    select 'duplicate' from heard where duplicate_count > 0
    order by outcome`;
  const outcomes = logs.map(({ outcome }) => outcome);
  assert.deepEqual(callbacks.filter((told) => !outcomes.includes(told)), [], `${name}: is told`);
  // On a busy machine a callback comes again, or after the sweep has asked: neither is the service's doing.
  const others = ["applied", "duplicate", "stale", ...callbacks];
  assert.deepEqual(outcomes.filter((outcome) => !others.includes(outcome)), [], name);
  const [chunk] =
    await sql`select kling_video_url from public.video_chunks where project_id = ${id}`;
  if (!ends) assert.equal(chunk?.kling_video_url, tasks[0]?.made.video_url, name);
}

/** A page instead of a clip, told by the next who has to read it. */
async function noVideoFails(stack: FilmStack, continuity: string, at: RegExp): Promise<void> {
  const prompt = `a page before a ${continuity}`;
  stack.video.behave({ noMedia: true, input: (input) => input.prompt === prompt });
  const scene = { duration: 1, model: "any" };
  const id = await stack.order([{ ...scene, prompt }, { ...scene, prompt: "next", continuity }]);

  const { type, error } = await stack.ended(id);
  assert.equal(type, "video.generation.failed");
  assert.match(error ?? "", at);
}

async function recovers(stack: FilmStack): Promise<void> {
  stack.frame.behave({ callback: "other_scene", times: 1 });
  stack.stitch.behave({ callback: "without_url", times: 1 });
  const scene = { duration: 1, model: "any" };
  const id = await stack.order([{ ...scene, prompt: "first" }, { ...scene, prompt: "second" }]);

  assert.equal((await stack.ended(id)).type, "video.generation.completed");
  const [row] = await stack
    .sql`select final_video_url from public.projects where project_id = ${id}`;
  assert.equal(row?.final_video_url, stack.stitch.tasks.at(-1)?.made.final_video_url);
  const logs = await stack.sql`
    select distinct source, coalesce(outcome, 'malformed') as outcome from public.webhook_logs
    where source <> 'video' and coalesce(outcome, 'malformed') not in ('applied', 'stale')
    order by source`;
  assert.deepEqual(logs.map(({ source, outcome }) => `${source} ${outcome}`), [
    "lastframe unknown",
    "stitch malformed",
  ]);
}

Deno.test(
  "whatever a service does wrong has its outcome, and is paid once",
  onStack(
    async (stack, t) => {
      await stack.set(IMPATIENT);
      for (const [name, { does }] of Object.entries(CASES)) {
        stack.video.behave({ ...does, input: ({ prompt }) => prompt === name });
      }
      const cases = Object.entries(CASES).map(([name, one]) => hold(stack, name, one));
      await t.step("the video service", async () => void await Promise.all(cases));
      await t.step("the frame and the stitch service", () => recovers(stack));
      await t.step(
        "a clip that is no video fails the film at the frame",
        () => noVideoFails(stack, "last_frame", /^Scene 1: Failed to load the video/),
      );
      await t.step(
        "a clip that is no video fails the film at the stitching",
        () => noVideoFails(stack, "cut", /^Failed to load the video/),
      );
      await stack.settled();
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    {},
    { providers: "services" },
  ),
);
