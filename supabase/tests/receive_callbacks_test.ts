import assert from "node:assert/strict";
import { z } from "zod";
import type { Database } from "../functions/_shared/database.ts";
import {
  type Callback,
  receiveCallback,
  ReceivedCallback,
} from "../functions/_shared/transitions/callbacks.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { type Given, onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { brokenInvariants, chunksOf, eventsOf, projectOf } from "./look.ts";
import { callbackOf, claim, complete, outputOf, PROVIDERS, submit } from "./verbs.ts";

const Answers = z.array(ReceivedCallback.nullable());

function receiveCallbacks(db: Database, callbacks: Callback[]) {
  return db.call("receive_callbacks", { p_callbacks: callbacks }, Answers);
}

const outcomes = (answers: z.infer<typeof Answers>) => answers.map((one) => one?.outcome ?? null);

/** Films with one clip a scene and with two, after a cut and after a last frame; one of one scene. */
const FILMS: JobOptions[] = [
  { scenes: ["cut", "last_frame", "cut"] },
  { scenes: ["last_frame", "last_frame"], clips: 2 },
  { scenes: ["cut"] },
  { scenes: ["cut", "cut"], clips: 3 },
];

const isStitch = ({ step }: StepWork) => step === "stitch";

/** Makes these films by rounds of callbacks; what each film's callbacks were answered, in order. */
async function makeFilms(
  { db, aProject }: Given,
  { name, receive }: {
    name: string;
    receive: (callbacks: Callback[]) => Promise<z.infer<typeof Answers>>;
  },
): Promise<{ ids: string[]; answers: Map<string, { step: string; film: boolean | null }[]> }> {
  const ids: string[] = [];
  for (const [n, film] of FILMS.entries()) {
    ids.push(await aProject({ ...film, video_id: `${name}-${n}` }));
  }
  const answers = new Map<string, { step: string; film: boolean | null }[]>(
    ids.map((id) => [id, []]),
  );

  // A stitch service's film is the film: its callback is answered with where it is.
  const providers = { ...PROVIDERS, stitch: "stitch" } as const;
  const claimed = () => claim(db, { providers });
  for (let works = await claimed(); works.length > 0; works = await claimed()) {
    for (const work of works) {
      await (work.step === "store_film" ? complete(db, work) : submit(db, work));
    }
    // A film that is stitched before its thumbnail is there does without.
    const [stitched, others] = [works.filter(isStitch), works.filter((work) => !isStitch(work))];
    for (const called of [others.filter(({ step }) => step !== "store_film"), stitched]) {
      const received = await receive(called.map((work) => callbackOf(work)));
      for (const [i, work] of called.entries()) {
        const { webhook_log_id: _, final_video_url, ...flags } = received[i] ?? assert.fail();
        const film = final_video_url === null ? null : final_video_url === outputOf(work).video_url;
        answers.get(work.project_id)?.push({ step: work.step, film, ...flags });
      }
    }
  }
  return { ids, answers };
}

/** All that a film's callbacks leave behind, without ids and times. */
async function traceOf({ sql }: Given, id: string) {
  const scenes = await sql`
    select position, status, video_url is not null as has_video, last_frame_url is not null as has_frame,
      duration::float, input_hash is not null as has_hash, completed_at is not null as is_over
    from public.scenes where project_id = ${id} order by position`;
  const media = await sql`
    select type, duration::float, metadata - 'chunk_id' as metadata from public.media
    where project_id = ${id} order by type, media_id`;
  const logs = await sql`
    select status, outcome, type, processed_at >= received_at as is_over, duration_ms >= 0 as took, error,
      attempt_id is not null as has_attempt, data, headers, retry_count, duplicate_count
    from public.webhook_logs where project_id = ${id} order by webhook_log_id`;
  const steps = await sql`
    select kind, steps.status, claim_token, steps.output is not null as has_output, attempts.status as attempt,
      ended_at is not null as is_over, attempts.error_message
    from private.steps join private.attempts using (step_id)
    where project_id = ${id} order by kind, steps.created_at, steps.step_id`;
  const chunks = (await chunksOf(sql, id)).map(({ status }) => status);
  const { status, progress } = await projectOf(sql, id);
  return { status, progress, scenes, media, logs, steps, chunks, events: await eventsOf(sql, id) };
}

Deno.test(
  "films whose callbacks are received together are made as those whose callbacks come one by one",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const alone = await makeFilms(given, {
      name: "alone",
      receive: async (callbacks) => {
        const answers = [];
        for (const callback of callbacks) answers.push(await receiveCallback(db, callback));
        return answers;
      },
    });
    let taken = 0;
    const together = await makeFilms(given, {
      name: "together",
      receive: async (callbacks) => {
        const answers = await receiveCallbacks(db, callbacks);
        taken += answers.filter((answer) => answer !== null).length;
        return await Promise.all(
          answers.map((answer, i) =>
            answer ?? receiveCallback(db, callbacks[i] ?? assert.fail("not asked"))
          ),
        );
      },
    });

    assert.ok(taken >= 20, `${taken} taken`);
    for (const [n, id] of together.ids.entries()) {
      const twin = alone.ids[n] ?? "";
      assert.deepEqual(await traceOf(given, id), await traceOf(given, twin));
      assert.deepEqual(together.answers.get(id), alone.answers.get(twin));
    }
    const stitched = [...together.answers.values()].flat().filter(({ film }) => film === true);
    assert.equal(stitched.length, 3);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what is no plain success is left alone, and is new to receive_callback",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const clip = (video_id: string) => aSubmittedClip({ video_id });
    const refused = { state: "failed", error: { message: "No", retryable: false } } as const;
    const late = await clip("late");
    await receiveCallback(db, callbackOf(late));
    const dear = { video_url: "https://made.test/dear.mp4", cost_usd: 1 };
    const paused = await clip("paused");
    await sql`select public.pause_project(${paused.project_id})`;
    const callbacks: [Callback, string][] = [
      [callbackOf(late, { delivery_id: "2", result: { output: { video_url: "other" } } }), "stale"],
      [callbackOf(await clip("failed"), { result: refused }), "applied"],
      [callbackOf(await clip("dear"), { result: { output: dear } }), "applied"],
      [callbackOf(await clip("empty"), { result: { output: {} } }), "applied"],
      [callbackOf(await clip("forged"), { token: "att_1.forged" }), "unknown"],
      [callbackOf(await clip("other"), { result: { request_id: "another" } }), "unknown"],
      [callbackOf(await clip("elsewhere"), { result: { scene_id: "another" } }), "unknown"],
      [callbackOf(await clip("untold"), { token: null }), "applied"],
      [callbackOf(paused), "applied"],
      [callbackOf(await clip("working"), { result: { state: "in_progress" } }), "applied"],
      [callbackOf(await clip("source"), { source: "video" }), "unknown"],
    ];

    const answers = await receiveCallbacks(db, callbacks.map(([callback]) => callback));

    assert.deepEqual(outcomes(answers), callbacks.map(() => null));
    const rows = async () => (await sql`select from public.webhook_logs`).length;
    assert.equal(await rows(), 1);
    for (const [callback, outcome] of callbacks) {
      assert.equal((await receiveCallback(db, callback)).outcome, outcome);
    }
    assert.equal(await rows(), callbacks.length + 1);
    assert.deepEqual(await receiveCallbacks(db, []), []);
  }),
);

Deno.test(
  "each is answered in its place, and of two callbacks of a film one is left alone",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: ["cut", "cut"] });
    const [one, two] = await claim(db);
    await aProject({ scenes: ["last_frame", "last_frame"], video_id: "video-2" });
    const [other] = await claim(db);
    assert(one && two && other);
    const works = [one, other, two];
    for (const work of works) await submit(db, work);
    const callbacks = works.map((work) => callbackOf(work));

    const answers = await receiveCallbacks(db, callbacks);

    assert.equal(answers[1]?.outcome, "applied");
    assert.deepEqual(outcomes(answers).toSorted(), ["applied", "applied", null]);
    for (const [i, answer] of answers.entries()) {
      if (answer === null) continue;
      const [log] = await sql`
        select attempt_id from public.webhook_logs where webhook_log_id = ${answer.webhook_log_id}`;
      assert.equal(log?.attempt_id, works[i]?.attempt.attempt_id);
    }
    const again = await receiveCallbacks(db, callbacks);
    assert.deepEqual(outcomes(again).toSorted(), ["applied", "duplicate", "duplicate"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a delivery that comes again, or twice at once, is a duplicate of its first one",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const [seen, late, twin] = [
      callbackOf(await aSubmittedClip({ video_id: "seen" })),
      await aSubmittedClip({ video_id: "late" }),
      callbackOf(await aSubmittedClip({ video_id: "twin" })),
    ];
    const first = await receiveCallback(db, seen);
    await receiveCallback(db, callbackOf(late));
    const stale = callbackOf(late, {
      delivery_id: "2",
      result: { output: { video_url: "other" } },
    });

    const answers = await receiveCallbacks(db, [seen, twin, stale, twin, seen, stale]);

    assert.deepEqual(outcomes(answers), [
      ...["duplicate", "applied", null, "duplicate", "duplicate", null],
    ]);
    const ids = answers.map((answer) => answer?.webhook_log_id);
    assert.deepEqual([ids[0], ids[4], ids[3]], [first.webhook_log_id, ids[0], ids[1]]);
    const counts = await sql`
      select duplicate_count from public.webhook_logs order by webhook_log_id`;
    assert.deepEqual(counts.map(({ duplicate_count }) => duplicate_count), [2, 0, 1]);
    assert.equal((await receiveCallback(db, stale)).outcome, "stale");
  }),
);

Deno.test(
  "where one cannot be applied none is, and each can be received alone",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const good = callbackOf(await aSubmittedClip());
    const bad = await aSubmittedClip({ video_id: "video-2" });
    // No door lets it through.
    const unreadable = callbackOf(bad, { raw_body: "%" });

    await assert.rejects(receiveCallbacks(db, [good, unreadable]));

    assert.equal((await sql`select from public.webhook_logs`).length, 0);
    assert.equal((await receiveCallback(db, good)).outcome, "applied");
  }),
);
