import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import {
  announceCall,
  recordAnswer,
  type StepWork,
} from "../functions/_shared/transitions/steps.ts";
import { drive } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, errorsOf, only, projectOf, stepOf } from "./look.ts";
import { callback, claim, fail, moveClock, outliveLeases, setSetting, submit } from "./verbs.ts";

const FAL = { announced: ["fal"] } as const;

/** A clip of a new project, claimed by a runner that announces its calls to fal. */
async function aHeldClip({ db, aProject }: Given): Promise<StepWork> {
  await aProject();
  return only(await claim(db, FAL));
}

Deno.test(
  "announce_call is asked for where the runner announces that provider's calls, and nowhere else",
  onDatabase(async (given) => {
    const { db, aProject } = given;
    assert.equal((await aHeldClip(given)).attempt.announce, true);

    await aProject({ video_id: "video-2" });
    assert.equal(only(await claim(db)).attempt.announce, false, "a runner of old");
    await aProject({ video_id: "video-3" });
    const other = await claim(db, { announced: ["storage"] });
    assert.equal(only(other).attempt.announce, false);
  }),
);

Deno.test(
  "announce_call is not asked for where doing it twice is harmless: giving a request up",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const { project_id: projectId } = await aSubmittedClip();
    await changeProject(db, "cancel", { projectId, reason: null });

    const giveUp = only(await claim(db, FAL));
    assert.deepEqual([giveUp.step, giveUp.attempt.announce], ["cancel_request", false]);
  }),
);

Deno.test(
  "announce_call not made: the step goes back to the queue, because nothing was sent",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aHeldClip(given);

    await outliveLeases(sql);
    assert.deepEqual(await claim(db, FAL), []);

    const message = "The lease ran out before anything was sent";
    const [attempt] = await attemptsOf(sql, work.step_id);
    assert.deepEqual([attempt?.status, attempt?.error_message], ["failed", message]);
    assert.equal((await stepOf(sql, work.step_id)).status, "queued");
    assert.deepEqual(await errorsOf(sql, "step"), [
      `Cannot finish generate_clip: ${message}`,
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);

    assert.equal(await announceCall(db, work), "stale", "its runner was only slow");
    await moveClock(sql, 60);
    await drive(given, work.project_id);
    assert.equal((await attemptsOf(sql, work.step_id)).length, 2);
  }),
);

Deno.test(
  "announce_call made: the attempt is looked up when its runner dies, never submitted again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aHeldClip(given);
    assert.equal(await announceCall(db, work), "applied");
    assert.equal(await announceCall(db, work), "applied", "its answer was lost");

    await outliveLeases(sql);
    const again = only(await claim(db, FAL));

    assert.deepEqual([again.mode, again.attempt.announce], ["lookup", false]);
    assert.deepEqual((await attemptsOf(sql, work.step_id)).map(({ status }) => status), ["lost"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "announce_call is refused once the lease is over, whether somebody else has claimed or not",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aHeldClip(given);
    await outliveLeases(sql);

    assert.equal(await announceCall(db, work), "stale");
    assert.deepEqual(await claim(db, FAL), []);
    assert.equal((await stepOf(sql, work.step_id)).status, "queued", "so nothing was sent");
  }),
);

Deno.test(
  "announce_call is refused without the claim, for another attempt, and when the attempt has ended",
  onDatabase(async (given) => {
    const { db } = given;
    const work = await aHeldClip(given);
    const other = { ...work.attempt, attempt_id: "att_other" };

    const verdicts = [
      await announceCall(db, { ...work, claim_token: crypto.randomUUID() }),
      await announceCall(db, { ...work, attempt: other }),
      await announceCall(db, { ...work, step_id: "step_unknown" }),
    ];
    await fail(db, work);
    verdicts.push(await announceCall(db, work));

    assert.deepEqual(verdicts, ["stale", "stale", "stale", "stale"]);
  }),
);

Deno.test(
  "announce_call is refused after a cancellation, and deleting the user's data waits for no call then",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aHeldClip(given);
    await changeProject(db, "cancel", { projectId: work.project_id, reason: null });

    assert.equal(await announceCall(db, work), "stale");
    const [row] = await sql`select public.delete_user_data('user-1') ->> 'done' as done`;
    assert.equal(row?.done, "true");
  }),
);

Deno.test(
  "announce_call not made in a paused film: the step waits for its resumption",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aHeldClip(given);
    const film = { projectId: work.project_id, reason: null };
    await changeProject(db, "pause", film);
    await outliveLeases(sql);
    await claim(db, FAL);
    await moveClock(sql, 3600);

    assert.deepEqual(await claim(db, FAL), []);
    assert.deepEqual(await brokenInvariants(sql), []);
    await changeProject(db, "resume", film);
    await drive(given, work.project_id);
  }),
);

Deno.test(
  "announce_call never made, however often it is tried: the film fails after max_attempts",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await setSetting(sql, "max_attempts", 2);
    const work = await aHeldClip(given);
    for (let number = 1; number <= 2; number++) {
      await outliveLeases(sql);
      await claim(db, FAL);
      await moveClock(sql, 60);
      assert.equal((await claim(db, FAL)).length, number === 1 ? 1 : 0);
    }

    const film = await projectOf(sql, work.project_id);
    const message = "Scene 1: The lease ran out before anything was sent";
    assert.deepEqual([film.status, film.error_message], ["failed", message]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "announce_call made, and what comes of it is recorded as ever",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const work = await aHeldClip(given);
    await announceCall(db, work);
    assert.equal(await submit(db, work), "applied");
    await callback(db, work);
    assert.equal((await stepOf(sql, work.step_id)).status, "completed");

    const projectId = await aProject({ video_id: "video-2" });
    const [lost] = (await claim(db, FAL)).filter(({ project_id }) => project_id === projectId);
    assert(lost);
    await announceCall(db, lost);
    await recordAnswer(db, lost, { state: "lost", message: "The connection broke" });
    assert.equal(await announceCall(db, lost), "stale");
    assert.equal((await stepOf(sql, lost.step_id)).status, "waiting");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "announce_call not made while somebody holds the project: other films' steps are not hidden by it",
  onDatabase(async (given) => {
    const { db, sql, aProject, openSession } = given;
    const held = await aProject({ scenes: Array(4).fill("cut") });
    assert.equal((await claim(db, FAL)).length, 4);
    const other = await aProject({ video_id: "video-2" });
    await claim(db, FAL);
    await outliveLeases(sql);
    const holder = await openSession();
    await holder.sql`reset role`;
    await holder.sql`begin`;
    await holder.sql`select private.lock_project(${held})`;

    for (let round = 0; round < 3; round++) await claim(db, { ...FAL, limit: 2 });
    await holder.sql`rollback`;

    const [step] = await sql`select status from private.steps where project_id = ${other}`;
    assert.equal(step?.status, "queued");
    await moveClock(sql, 3);
    await claim(db, FAL);
    const steps = await sql`select distinct status from private.steps where project_id = ${held}`;
    assert.deepEqual(steps.map(({ status }) => status), ["queued"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
