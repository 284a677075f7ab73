import assert from "node:assert/strict";
import { claimWork } from "../functions/_shared/transitions/work.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, stepOf } from "./look.ts";
import {
  claim,
  complete,
  moveClock,
  outliveLeases,
  PROVIDERS,
  setSetting,
  submit,
} from "./verbs.ts";

Deno.test(
  "claim_work leases a due step with its input, a token and a first attempt",
  onDatabase(async ({ db, sql, aProject }) => {
    await setSetting(sql, "lease_seconds.generate_clip", 40);
    const projectId = await aProject();

    const [work, ...others] = await claim(db);

    assert(work);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [work.step, work.mode, work.project_id, work.attempt.number, work.attempt.provider],
      ["generate_clip", "start", projectId, 1, "fal"],
    );
    assert.equal(work.attempt.input.prompt, "Scene 1, part 1");
    assert.equal(work.attempt.input.image_url, "https://images.test/start.png");
    assert.match(
      work.attempt.attempt_token,
      new RegExp(`^${work.attempt.attempt_id}\\.[0-9a-f]{64}$`),
    );
    const step = await stepOf(sql, work.step_id);
    assert.deepEqual([step.status, step.claim_token], ["running", work.claim_token]);
    assert(step.due_in > 39 && step.due_in <= 40, `lease of ${step.due_in} s`);
    assert.deepEqual((await attemptsOf(sql, work.step_id)).map(({ status }) => status), [
      "created",
    ]);
  }),
);

Deno.test(
  "claim_work gives a leased step to nobody else",
  onDatabase(async ({ db, aClaimedClip }) => {
    await aClaimedClip();

    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "claim_work does not wait for steps that another runner is claiming: it takes the others",
  onDatabase(async ({ aProject, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];
    await aProject({ scenes: ["cut", "cut"] });

    await one.sql`begin`;
    const [first] = await claim(one.db, { limit: 2 });
    const second = await claim(two.db, { limit: 40 });
    await one.sql`commit`;

    assert(first);
    assert(!second.some((work) => work.step_id === first.step_id));
  }),
);

Deno.test(
  "claim_work leaves alone what this installation has no provider for",
  onDatabase(async ({ db, aFilmInStitching }) => {
    await aFilmInStitching({ scenes: ["cut", "cut"] });

    const works = await claim(db, { providers: { stitch: "stitch" } });

    assert.deepEqual(works.map(({ step, attempt }) => [step, attempt.provider]), [[
      "stitch",
      "stitch",
    ]]);
  }),
);

Deno.test(
  "claim_work keeps to its limit, deliveries included",
  onDatabase(async ({ db, aProject, aFilmToStore }) => {
    const films = [await aFilmToStore(), await aFilmToStore({ video_id: "video-2" })];
    for (const film of films) await complete(db, film);
    await aProject({ scenes: ["cut", "cut", "cut", "cut"] });

    const { work, next_due_at } = await claimWork(db, {
      limit: 4,
      providers: PROVIDERS,
      answersBell: false,
    });
    const { work: rest } = await claimWork(db, {
      limit: 4,
      providers: PROVIDERS,
      answersBell: false,
    });

    assert.deepEqual(work.map(({ kind }) => kind), ["delivery", "delivery", "step", "step"]);
    assert.deepEqual(rest.map(({ kind }) => kind), ["step", "step"]);
    assert.notEqual(next_due_at, null);
  }),
);

Deno.test(
  "claim_work says null for the next due time when nothing is open",
  onDatabase(async ({ db }) => {
    const none = await claimWork(db, { limit: 10, providers: PROVIDERS, answersBell: true });

    assert.deepEqual(none, {
      work: [],
      deaf: false,
      next_due_at: null,
      deliveries_due: false,
    });
  }),
);

Deno.test(
  "claim_work gives deliveries to the first release's runners, and only says that some are due to others",
  onDatabase(async ({ db, sql }) => {
    await sql`
      insert into public.webhook_deliveries (endpoint_id, type, url, body)
      select case n when 1 then 'ep_1' else 'source:a' end, 'webhook.received', 'https://desk.test', '{}'
      from generate_series(1, 2) as n`;
    const by = { limit: 10, providers: PROVIDERS, answersBell: false };

    const apart = await claimWork(db, { ...by, withoutDeliveries: true });
    assert.deepEqual([apart.work, apart.deliveries_due], [[], true]);

    // It would not know an endpoint's secrets.
    const { work } = await claimWork(db, by);
    assert.deepEqual(work.map((one) => one.kind === "delivery" && one.endpoint_id), ["source:a"]);
  }),
);

Deno.test(
  "claim_work hands a provider that is silent past its deadline out to be asked",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await moveClock(sql, 599);
    assert.deepEqual(await claim(db), []);

    await moveClock(sql, 2);
    const [asked] = await claim(db);

    assert.equal(asked?.mode, "ask");
    assert.equal(asked.attempt.attempt_id, work.attempt.attempt_id);
    assert.equal(asked.attempt.request_id, `req-${work.attempt.attempt_id}`);
    assert.equal(
      asked.attempt.status_url,
      `https://queue.test/req-${work.attempt.attempt_id}/status`,
    );
    assert.equal((await stepOf(sql, work.step_id)).status, "waiting");
  }),
);

Deno.test(
  "claim_work freezes the input in the attempt: what changes later does not reach it",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await submit(db, work);
    await sql`update public.video_chunks set prompt = 'another one'`;

    await moveClock(sql, 601);
    const [asked] = await claim(db);

    assert.deepEqual(asked?.attempt.input, work.attempt.input);
  }),
);

Deno.test(
  "claim_work gives half of its places to new steps, however many a provider leaves unanswered",
  onDatabase(async ({ sql, db, aFilmToStore, aProject }) => {
    const stored = await aFilmToStore();
    const silent = await aProject({ video_id: "video-2", scenes: Array(6).fill("cut") });
    for (const work of await claim(db)) await submit(db, work);
    await outliveLeases(sql);
    await sql`
      update private.steps set status = 'queued', claim_token = null, due_at = private.clock()
      where step_id = ${stored.step_id}`;
    // The provider answers nothing, and all of its steps are overdue again by the next claim.
    await sql`
      update private.steps set due_at = private.clock() - interval '1 hour' where project_id = ${silent}`;

    const works = await claim(db, { limit: 4 });

    assert.deepEqual(works.map(({ step, mode }) => `${mode} ${step}`), [
      "ask generate_clip",
      "ask generate_clip",
      "ask generate_clip",
      "start store_film",
    ]);
    assert.equal((await claim(db, { limit: 4 })).length, 3, "nothing new is there any more");
  }),
);
