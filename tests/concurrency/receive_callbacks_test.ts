import assert from "node:assert/strict";
import { z } from "zod";
import { DatabaseError } from "../../supabase/functions/_shared/database.ts";
import {
  type Callback,
  receiveCallback,
  ReceivedCallback,
} from "../../supabase/functions/_shared/transitions/callbacks.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { callbackOf, claim, submit } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

const Answers = z.array(ReceivedCallback.nullable());

const receiveCallbacks = ({ db }: Session, callbacks: Callback[]) =>
  db.call("receive_callbacks", { p_callbacks: callbacks }, Answers);

const outcomes = (answers: z.infer<typeof Answers>) => answers.map((one) => one?.outcome ?? null);

/** Callbacks of films of their own, whose first clips are there. */
async function someCallbacks({ db, aProject }: Given, amount: number): Promise<Callback[]> {
  for (let i = 0; i < amount; i++) {
    await aProject({ scenes: ["last_frame", "last_frame"], video_id: `video-${i}` });
  }
  const works = await claim(db);
  for (const work of works) await submit(db, work);
  return works.map((work) => callbackOf(work));
}

Deno.test(
  "two calls with the same callbacks in opposite order apply each once, and none waits for ever",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const callbacks = await someCallbacks(given, 20);
    const [one, two] = [await openSession(), await openSession()];

    // One of them may be sent away while the other one is slow.
    const answers = await Promise.allSettled([
      receiveCallbacks(one, callbacks),
      receiveCallbacks(two, callbacks.toReversed()),
    ]);

    const received = answers.flatMap((answer) =>
      answer.status === "fulfilled" ? outcomes(answer.value) : []
    );
    const again = outcomes(await receiveCallbacks(one, callbacks));
    assert.equal(received.concat(again).filter((outcome) => outcome === "applied").length, 20);
    assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 20);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a call leaves a film out that somebody holds, takes the others, and does not wait",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const callbacks = await someCallbacks(given, 3);
    const caller = await openSession();

    const answers = await sql.begin(async (holder) => {
      await holder`select from public.projects where video_id = 'video-1' for no key update`;
      return await receiveCallbacks(caller, callbacks);
    });

    assert.deepEqual(outcomes(answers), ["applied", null, "applied"]);
    const left = callbacks[1] ?? assert.fail("three were made");
    assert.equal((await receiveCallback(db, left)).outcome, "applied");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a call does not wait long for a callback that is being received alone: each is sent away",
  onDatabase(async (given) => {
    const { openSession } = given;
    const callbacks = await someCallbacks(given, 3);
    const single = callbacks[1] ?? assert.fail("three were made");
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    const first = await receiveCallback(one.db, single);
    const refused = await receiveCallbacks(two, callbacks).catch((error) => error);
    await one.sql`commit`;

    assert.equal(first.outcome, "applied");
    assert(refused instanceof DatabaseError);
    assert.deepEqual([refused.code, refused.away], ["55P03", false]);
    assert.deepEqual(outcomes(await receiveCallbacks(two, callbacks)), [
      "applied",
      "duplicate",
      "applied",
    ]);
  }),
);

Deno.test(
  "a call counts no duplicate where somebody holds its first one, and does not wait",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const callbacks = await someCallbacks(given, 2);
    const caller = await openSession();
    const [first] = await receiveCallbacks(caller, callbacks.slice(0, 1));

    const answers = await sql.begin(async (holder) => {
      await holder`
        select from public.webhook_logs
        where webhook_log_id = ${first?.webhook_log_id ?? null} for no key update`;
      return await receiveCallbacks(caller, callbacks);
    });

    assert.deepEqual(outcomes(answers), [null, "applied"]);
  }),
);

Deno.test(
  "a callback alone waits for the call that has it, and is a duplicate",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const callbacks = await someCallbacks(given, 3);
    const single = callbacks[1] ?? assert.fail("three were made");
    const [one, two] = [await openSession(), await openSession()];

    const [answers, second] = await collide(
      sql,
      [one, () => receiveCallbacks(one, callbacks)],
      [two, () => receiveCallback(two.db, single)],
    );

    assert.deepEqual(outcomes(answers), ["applied", "applied", "applied"]);
    assert.equal(second.outcome, "duplicate");
    assert.equal(second.webhook_log_id, answers[1]?.webhook_log_id);
  }),
);
