import assert from "node:assert/strict";
import { type Database, DatabaseError } from "../database.ts";
import { handMadeWorld, NOTHING_CHANGED } from "../testing/hand_made_world.ts";
import type { Callback, CallbackResult } from "./callbacks.ts";
import { receiveTogether } from "./receive_together.ts";

function aCallback({ result, ...given }: Partial<Omit<Callback, "result">> & {
  result?: Partial<CallbackResult> | null;
} = {}): Callback {
  return {
    ...{ source: "fal", delivery_id: null, token: "att_1.token", type: "generation.completed" },
    ...{ headers: {}, raw_body: "e30=", data: {}, malformed: null },
    ...given,
    result: result === null ? null : {
      ...{ state: "completed", request_id: "r1", scene_id: null, project_id: null },
      ...{ output: { video_url: "https://a.example/1.mp4" }, error: null, progress: null },
      ...{ metadata: {} },
      ...result,
    },
  };
}

/** A database with these answers, and the names of what was called. */
function aDatabase(sql: Record<string, unknown>) {
  const { deps, calls } = handMadeWorld({ sql });
  const receive = receiveTogether({ ...deps, sleep: () => new Promise(() => {}) });
  return { receive, names: () => calls.map(({ name }) => name), calls };
}

Deno.test("a callback that comes alone is received alone, and those that come meanwhile together", async () => {
  const { receive, calls } = aDatabase({
    receive_callback: NOTHING_CHANGED,
    receive_callbacks: [NOTHING_CHANGED, { ...NOTHING_CHANGED, chunk_updated: true }],
  });

  const answers = await Promise.all([
    receive(aCallback()),
    receive(aCallback()),
    receive(aCallback()),
  ]);

  const amounts = calls.map(({ name, args }) =>
    Array.isArray(args.p_callbacks) ? args.p_callbacks.length : name
  );
  assert.deepEqual(amounts, ["receive_callback", 2]);
  assert.deepEqual(answers.map(({ chunk_updated }) => chunk_updated), [false, false, true]);
});

Deno.test("callbacks that come while one is received alone wait for each other", async () => {
  const { receive, names } = aDatabase({
    receive_callback: NOTHING_CHANGED,
    receive_callbacks: [NOTHING_CHANGED, NOTHING_CHANGED],
  });

  const first = receive(aCallback());
  // Whatever is ready to run has run, but for what the database answers.
  await Promise.resolve();
  await Promise.all([first, receive(aCallback()), receive(aCallback())]);

  assert.deepEqual(names(), ["receive_callback", "receive_callbacks"]);
});

Deno.test("callbacks whose films somebody holds keep the others waiting for a moment only", async () => {
  const { deps, calls } = handMadeWorld({ sql: { receive_callbacks: [null, null] } });
  const held = Promise.withResolvers<never>();
  const db: Database = {
    call: (name, args, answer) =>
      name === "receive_callback" ? held.promise : deps.db.call(name, args, answer),
  };
  const receive = receiveTogether({ ...deps, db, sleep: () => Promise.resolve() });

  const answers = [receive(aCallback()), receive(aCallback()), receive(aCallback())];
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();

  assert.deepEqual(calls.map(({ name }) => name), ["receive_callbacks"]);
  held.reject(new Error("The film was let go of"));
  assert.deepEqual(
    (await Promise.allSettled(answers)).map(({ status }) => status),
    answers.map(() => "rejected"),
  );
});

Deno.test("a callback that fails alone is not tried again", async () => {
  const failure = new DatabaseError("Cannot call receive_callback: no", "22003", false);
  const { receive, names } = aDatabase({ receive_callback: failure });

  await assert.rejects(receive(aCallback()));

  assert.deepEqual(names(), ["receive_callback"]);
});

Deno.test("a callback that the database does not take with others is received alone", async () => {
  const { receive, names } = aDatabase({
    receive_callback: NOTHING_CHANGED,
    receive_callbacks: [null, NOTHING_CHANGED],
  });

  await Promise.all([receive(aCallback()), receive(aCallback()), receive(aCallback())]);

  assert.deepEqual(names(), ["receive_callback", "receive_callbacks", "receive_callback"]);
});

Deno.test("what is no plain success, or large, goes alone at once", async () => {
  const { receive, names } = aDatabase({ receive_callback: NOTHING_CHANGED });
  const callbacks = [
    aCallback({ raw_body: "x".repeat(40_000) }),
    aCallback({ token: null }),
    aCallback({ result: null, malformed: "no" }),
    aCallback({ result: { state: "failed" } }),
    aCallback({ result: { request_id: null } }),
    aCallback({ result: { output: { video_url: "https://a.example/1.mp4", cost_usd: 1 } } }),
  ];

  await Promise.all(callbacks.map(receive));

  assert.deepEqual(names(), callbacks.map(() => "receive_callback"));
});
