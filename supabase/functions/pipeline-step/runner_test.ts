import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import { door, NO_STEPS, promisesGoOn, ring, SECRET } from "./door_fixture.ts";
import { delivery, step } from "./fixture.ts";

Deno.test("a run claims what the environment can do, and delivers what the first release's SQL gives it", async () => {
  await withServer(() => new Response("thanks"), async ({ url, seen }) => {
    const work = [{ ...delivery("1"), url: `${url}/hook` }];
    const { app, db, background } = door({
      claim_work: () => ({ ...NO_STEPS, work: work.splice(0) }),
      record_delivery: () => "applied",
    }, {
      SUPABASE_URL: "http://127.0.0.1:9",
      SUPABASE_SERVICE_ROLE_KEY: "key",
      FAL_KEY: "key",
      CALLBACK_SIGNING_SECRET: SECRET,
    });

    await app.request(ring());
    await Promise.all(background);

    const [claim] = db.calls;
    const record = db.calls.find(({ name }) => name === "record_delivery");
    assert.deepEqual(Object.keys(claim?.args.p_providers ?? {}).toSorted(), [
      "announced",
      "burn_captions",
      "cancel_request",
      "check_frame",
      "deliveries",
      "extract_last_frame",
      "extract_thumbnail",
      "generate_clip",
      "generate_music",
      "generate_voice",
      "level_music",
      "mix_music",
      "mux_audio",
      "reframe_image",
      "stitch",
      "store_captions",
      "store_film",
      "storyboard",
    ]);
    assert.ok(seen.some(({ path }) => path === "/hook"));
    assert.match(JSON.stringify(record?.args.p_result), /"status_code":200/);
  });
});

Deno.test("deliveries that are due are claimed by themselves, and recorded a page at a time", async () => {
  await withServer(() => new Response("thanks"), async ({ url, seen }) => {
    const due = ["1", "2", "3"].map((id) => ({ ...delivery(id), url: `${url}/${id}` }));
    const { app, db, background } = door({
      claim_work: () => ({ ...NO_STEPS, deliveries_due: due.length > 0 }),
      claim_deliveries: () => ({ deliveries: due.splice(0), next_at: null }),
      record_deliveries: ({ p_results }) => ({
        applied: Array.isArray(p_results) ? p_results.length : 0,
        stale: 0,
      }),
    }, { CALLBACK_SIGNING_SECRET: SECRET });

    await app.request(ring());
    await Promise.all(background);

    assert.deepEqual(seen.map(({ path }) => path).toSorted(), ["/1", "/2", "/3"]);
    const recorded = JSON.stringify(db.calls.filter(({ name }) => name === "record_deliveries"));
    for (const id of ["1", "2", "3"]) assert.match(recorded, new RegExp(`"claim_${id}"`));
  });
});

Deno.test("a page of results that takes the database too long is not tried again, but one by one", async () => {
  const timedOut = new DatabaseError("Cannot call it: statement timeout", "57014", true);
  const due = ["1", "2"].map((id) => delivery(id));
  const { app, db, background } = door({
    claim_work: () => ({ ...NO_STEPS, deliveries_due: due.length > 0 }),
    claim_deliveries: () => ({ deliveries: due.splice(0), next_at: null }),
    record_deliveries: () => Promise.reject(timedOut),
    record_delivery: () => "applied",
  });

  await app.request(ring());
  await Promise.all(background);

  const records = db.calls.map(({ name }) => name).filter((name) => name.startsWith("record"));
  assert.equal(records.filter((name) => name === "record_delivery").length, 2);
  assert.ok(records.filter((name) => name === "record_deliveries").length <= 2, `${records}`);
});

Deno.test("a run that waits for the isolate's deliveries holds up no other one", async () => {
  const { app, db } = door(
    {
      claim_work: () => ({ ...NO_STEPS, deliveries_due: true }),
      claim_deliveries: () => new Promise(() => {}),
    },
    {},
    { mostRuns: 1 },
  );
  const looks = () =>
    db.calls.filter(({ name, args }) => name === "claim_work" && args.p_limit !== 0).length;
  await app.request(ring());
  await promisesGoOn();
  const before = looks();

  await app.request(ring());
  await promisesGoOn();

  assert.equal(before, 1);
  assert.equal(looks(), 2);
});

Deno.test("a ring ends the pause after which deliveries are claimed again: the database is back", async () => {
  const { app, db, background } = door(
    {
      claim_work: () => ({ ...NO_STEPS, deliveries_due: true }),
      claim_deliveries() {
        if (claims() === 1) throw new DatabaseError("Cannot call it", "", true);
        return { deliveries: [], next_at: null };
      },
    },
    {},
    {
      pause: (_ms, signal) =>
        new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
    },
  );
  const claims = () => db.calls.filter(({ name }) => name === "claim_deliveries").length;
  await app.request(ring());
  await promisesGoOn();
  assert.equal(claims(), 1);

  await app.request(ring());
  await promisesGoOn();

  assert.ok(claims() > 1);
  await Promise.all(background);
});

Deno.test("a ring without room for a run is seen to by one that only waits for a long piece", async () => {
  const long = Promise.withResolvers<string>();
  const due = [step("long")];
  const { app, background, pass } = door(
    {
      claim_work: ({ p_limit }) => ({ ...NO_STEPS, work: p_limit === 0 ? [] : due.splice(0) }),
      record_answer({ p_step_id }) {
        recorded.push(p_step_id);
        return p_step_id === "step_long" ? long.promise : "applied";
      },
    },
    {},
    {
      mostRuns: 1,
      // A run lingers, and waits for its long piece then.
      async pause(ms, signal) {
        if (ms < 1000) pass(ms);
        else await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      },
    },
  );
  const recorded: unknown[] = [];
  await app.request(ring());
  await promisesGoOn();

  due.push(step("2"));
  await app.request(ring());
  await promisesGoOn();

  assert.deepEqual(recorded, ["step_long", "step_2"]);
  long.resolve("applied");
  await Promise.all(background);
});

Deno.test("a run whose budget is spent makes room for its successor, though a piece of it takes long", async () => {
  const long = Promise.withResolvers<string>();
  const due = [step("long")];
  const recorded: unknown[] = [];
  const { app, background, db } = door(
    {
      claim_work: ({ p_limit }) => ({ ...NO_STEPS, work: p_limit === 0 ? [] : due.splice(0) }),
      ring_bell: () => true,
      record_answer({ p_step_id }) {
        recorded.push(p_step_id);
        return p_step_id === "step_long" ? long.promise : "applied";
      },
    },
    {},
    { mostRuns: 1, budget: { pieces: 1, time: 100_000, inFlight: 10 } },
  );
  await app.request(ring());
  await promisesGoOn();
  assert.equal(db.calls.filter(({ name }) => name === "ring_bell").length, 1);

  due.push(step("2"));
  await app.request(ring());
  await promisesGoOn();

  assert.deepEqual(recorded, ["step_long", "step_2"]);
  const first = background[0]?.then(() => "ended");
  assert.equal(
    await Promise.race([first, promisesGoOn()]),
    undefined,
    "the isolate is kept for it",
  );
  long.resolve("applied");
  await Promise.all(background);
});
