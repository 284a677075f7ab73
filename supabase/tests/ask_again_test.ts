import assert from "node:assert/strict";
import { type Answer, recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, projectOf, stepOf } from "./look.ts";
import { claim, moveClock, outliveLeases, requestOf, setSetting } from "./verbs.ts";

const AWAY: Answer = { state: "unreachable", message: "HTTP 502" };

Deno.test(
  "ask_again asks a provider that is at work, or cannot be reached, again in ask_seconds",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await aSubmittedClip();
    await moveClock(sql, 601);

    for (const answer of [{ state: "in_progress", progress: 40 } as const, AWAY, AWAY]) {
      const [asked] = await claim(db);
      assert.equal(asked?.mode, "ask");
      assert.equal(await recordAnswer(db, asked, answer), "applied");
      const step = await stepOf(sql, asked.step_id);
      assert.deepEqual([step.status, step.claim_token], ["waiting", null]);
      assert(step.due_in > 29 && step.due_in <= 30, `due in ${step.due_in} s`);
      await moveClock(sql, 31);
    }
  }),
);

Deno.test(
  "ask_again gives a provider up after give_up_seconds, names the limit, and cancels its request",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await setSetting(sql, "give_up_seconds.generate_clip", 900);
    await moveClock(sql, 901);
    const [asked] = await claim(db);
    assert(asked);

    await recordAnswer(db, asked, AWAY);

    const film = await projectOf(sql, work.project_id);
    assert.equal(
      film.error_message,
      "Scene 1: No result of generate_clip after 900 s (give_up_seconds.generate_clip): HTTP 502",
    );
    assert.deepEqual((await attemptsOf(sql, work.step_id)).map(({ status }) => status), ["failed"]);
    const [cancel, ...others] = await claim(db);
    assert.deepEqual(others, []);
    assert.equal(cancel?.step, "cancel_request");
    assert.equal(cancel.attempt.input.request_id, requestOf(work));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "ask_again calls the outcome unknown when a lost call could never be looked up",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await setSetting(sql, "give_up_seconds.generate_clip", 900);
    await recordAnswer(db, work, { state: "lost", message: "The connection broke" });
    await moveClock(sql, 901);
    const [lookup] = await claim(db);
    assert.equal(lookup?.mode, "lookup");

    await recordAnswer(db, lookup, AWAY);

    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "outcome_unknown");
    assert.equal(
      (await projectOf(sql, work.project_id)).error_message,
      "Scene 1: Cannot tell whether fal accepted the request: The connection broke",
    );
  }),
);

Deno.test(
  "a step whose runner is lost each time that it asks does not wait for ever",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await setSetting(sql, "give_up_seconds.generate_clip", 900);
    await moveClock(sql, 1000);
    assert.equal((await claim(db)).length, 1);
    await outliveLeases(sql);
    const [again] = await claim(db);
    assert.equal(again?.mode, "ask", "a runner may be lost for reasons of its own");
    await moveClock(sql, 900);
    const [late] = await claim(db);
    assert.equal(late?.mode, "ask", "all of us may have been away since");
    await outliveLeases(sql);

    const [cancel, ...others] = [...await claim(db), ...await claim(db)];

    assert.deepEqual([cancel?.step, others], ["cancel_request", []]);
    assert.match(
      (await projectOf(sql, work.project_id)).error_message ?? "",
      /No result of generate_clip after 900 s .*: each runner that asked was lost/,
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a call whose look-up loses each runner ends as unknown",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await setSetting(sql, "give_up_seconds.generate_clip", 900);
    await recordAnswer(db, work, { state: "lost", message: "The connection broke" });
    await moveClock(sql, 1000);
    const [lookup] = await claim(db);
    assert.equal(lookup?.mode, "lookup");
    await moveClock(sql, 900);
    assert.equal(only(await claim(db)).mode, "lookup");
    await outliveLeases(sql);

    assert.deepEqual(await claim(db), []);

    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "outcome_unknown");
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "however late it is, what nobody has asked about yet is asked about",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await aSubmittedClip();
    await moveClock(sql, 100_000);

    assert.equal(only(await claim(db)).mode, "ask");
  }),
);
