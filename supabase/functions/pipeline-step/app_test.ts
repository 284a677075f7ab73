import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import { HTTP_BELL } from "../_shared/post_bell.ts";
import { standardHeaders } from "../_shared/signatures/standard_webhooks.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import { createPipelineStep } from "./app.ts";
import { delivery, fakeDatabase, step } from "./fixture.ts";
import type { RunnerOptions } from "./runner.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const BELL = '{"type": "bell"}';

type Answers = Parameters<typeof fakeDatabase>[0];

/** The door with a database that has nothing to do, unless told otherwise. */
function door(
  answers: Answers = {},
  variables: Record<string, string> = {},
  options: Partial<RunnerOptions> = {},
) {
  const db = fakeDatabase({
    claim_work: () => ({ work: [], deaf: false, next_due_at: null }),
    ...answers,
  });
  const background: Promise<unknown>[] = [];
  let now = NOW;
  const logged: string[] = [];
  const environment: Record<string, string> = {
    PIPELINE_BELL_SECRET: SECRET,
    ALLOW_PRIVATE_TARGETS: "1",
    ...variables,
  };
  const deps: Deps = {
    get: (name) => environment[name],
    db,
    fetch,
    now: () => now,
    wait: () => Promise.resolve(),
    later: (work) => background.push(work),
    log: (event, fields) => logged.push(JSON.stringify([event, fields])),
  };
  // Whoever sleeps wakes up later, at once.
  const pause = (ms: number) => {
    now += ms;
    return Promise.resolve();
  };
  const app = createPipelineStep(deps, { pause, ...options });
  return { app, db, background, logged, pass: (ms: number) => now += ms };
}

function ring(body = BELL, secret = SECRET): Request {
  const headers = standardHeaders({ id: "bell_1", timestamp: NOW / 1000, body, secret });
  return new Request("http://localhost/pipeline-step", { method: "POST", headers, body });
}

Deno.test("pipeline-step says that it is there", async () => {
  const answer = await door().app.request("/pipeline-step");

  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { status: "ok", door: "pipeline-step" });
});

Deno.test("a bell is answered with 202 before the run that it starts has claimed anything", async () => {
  const claim = Promise.withResolvers<unknown>();
  const { app, background, logged } = door({ claim_work: () => claim.promise });

  const answer = await app.request(ring());

  assert.equal(answer.status, 202);
  assert.equal(background.length, 1);
  claim.resolve({ work: [], deaf: false, next_due_at: null });
  await background[0];
  assert.deepEqual(logged, []);
});

Deno.test("a secret that is no whsec_ one signs as it stands", async () => {
  const { app, background } = door({}, { PIPELINE_BELL_SECRET: "plain secret" });

  assert.equal((await app.request(ring(BELL, "plain secret"))).status, 202);
  await Promise.all(background);
});

Deno.test("a bell with a wrong signature is answered 401 and starts nothing", async () => {
  const { app, db, background } = door();
  const tampered = new Request(ring(), { body: '{"type": "bell" }' });

  assert.equal((await app.request(ring(BELL, "whsec_AAAA"))).status, 401);
  assert.equal((await app.request(tampered)).status, 401);
  const unsigned = { method: "POST", body: BELL };
  assert.equal((await app.request("/pipeline-step", unsigned)).status, 401);
  assert.deepEqual([background, db.calls], [[], []]);
});

Deno.test("without PIPELINE_BELL_SECRET the door is closed", async () => {
  const answer = await door({}, { PIPELINE_BELL_SECRET: "" }).app.request(ring());

  assert.equal(answer.status, 503);
  assert.deepEqual(await answer.json(), { error: "Not configured" });
});

Deno.test("only a bell of the database's own answers its ring", async () => {
  const { app, db, background } = door();

  await app.request(ring());
  await Promise.all(background);
  await app.request(ring(HTTP_BELL));
  await Promise.all(background);

  assert.deepEqual(db.calls.map(({ args }) => args.p_answers_bell), [true, false]);
});

Deno.test("a run claims what the environment can do, and delivers what the first release's SQL gives it", async () => {
  await withServer(() => new Response("thanks"), async ({ url, seen }) => {
    const work = [{ ...delivery("1"), url: `${url}/hook` }];
    const { app, db, background } = door({
      claim_work: () => ({ work: work.splice(0), deaf: false, next_due_at: null }),
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
      claim_work: () => ({
        work: [],
        deaf: false,
        next_due_at: null,
        deliveries_due: due.length > 0,
      }),
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
    claim_work: () => ({
      work: [],
      deaf: false,
      next_due_at: null,
      deliveries_due: due.length > 0,
    }),
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

Deno.test("a run that fails is one line in the log", async () => {
  const { app, background, logged } = door({
    claim_work() {
      throw new DatabaseError("Cannot call claim_work: no such function", "42883", false);
    },
  });

  assert.equal((await app.request(ring())).status, 202);
  await Promise.all(background);

  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /run\.failed.*pipeline-step/);
});

Deno.test("while the bell is deaf a run rings its successor over HTTP", async () => {
  await withServer(() => new Response(null, { status: 202 }), async ({ url, seen }) => {
    const stopping = new AbortController();
    const { app, background } = door(
      { claim_work: () => ({ work: [], deaf: true, next_due_at: new Date(NOW).toISOString() }) },
      { WEBHOOK_BASE_URL: `${url}/functions/v1` },
      { stopping: stopping.signal, pause: () => Promise.resolve(stopping.abort()) },
    );

    await app.request(ring());
    await Promise.all(background);

    assert.deepEqual(seen.map(({ path, body }) => [path, body]), [
      ["/functions/v1/pipeline-step", HTTP_BELL],
    ]);
  });
});

Deno.test("a run that waits for the isolate's deliveries holds up no other one", async () => {
  const { app, db } = door(
    {
      claim_work: () => ({ work: [], deaf: false, next_due_at: null, deliveries_due: true }),
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
      claim_work: () => ({ work: [], deaf: false, next_due_at: null, deliveries_due: true }),
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
      claim_work: ({ p_limit }) => ({
        work: p_limit === 0 ? [] : due.splice(0),
        deaf: false,
        next_due_at: null,
      }),
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
      claim_work: ({ p_limit }) => ({
        work: p_limit === 0 ? [] : due.splice(0),
        deaf: false,
        next_due_at: null,
      }),
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

async function promisesGoOn(): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
}
