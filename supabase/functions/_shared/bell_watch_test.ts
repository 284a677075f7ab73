import assert from "node:assert/strict";
import { createBellWatch } from "./bell_watch.ts";
import { handMadeWorld } from "./testing/hand_made_world.ts";
import { verifyStandard } from "./signatures/standard_webhooks.ts";

const ENV = { PIPELINE_BELL_SECRET: "s3cret", WEBHOOK_BASE_URL: "https://x.example/functions/v1" };

/** A world whose fetch keeps what was posted, and whose waiting ends when it is told. */
function watched({ deaf, env = ENV }: { deaf: unknown; env?: Record<string, string> }) {
  const posted: Request[] = [];
  const waits: number[] = [];
  const sql: Record<string, unknown> = { is_bell_deaf: deaf };
  const world = handMadeWorld({
    env,
    sql,
    fetch: (input, init) => {
      posted.push(new Request(input, init));
      return Promise.resolve(new Response(null, { status: 202 }));
    },
  });
  const wait = (ms: number) => (waits.push(ms), Promise.resolve());
  const deafen = () => sql.is_bell_deaf = true;
  return { ...world, posted, waits, deafen, watch: createBellWatch({ ...world.deps, wait }) };
}

Deno.test("a door rings itself, signed, when the database's ring had no answer for 3 seconds", async () => {
  const { watch, waits, posted, settled, clock } = watched({ deaf: true });

  watch();
  await settled();

  assert.deepEqual(waits, [3000]);
  assert.equal(posted.length, 1);
  assert.equal(posted[0]?.url, "https://x.example/functions/v1/pipeline-step");
  const body = new Uint8Array(await posted[0]?.arrayBuffer() ?? []);
  assert.match(
    verifyStandard(posted[0]?.headers ?? new Headers(), body, ["s3cret"], clock.now) ?? "",
    /^bell_/,
  );
});

Deno.test("a door does not ring where the bell is answered", async () => {
  const { watch, posted, settled, calls } = watched({ deaf: false });

  watch();
  await settled();

  assert.deepEqual(calls.map(({ name }) => name), ["is_bell_deaf"]);
  assert.equal(posted.length, 0);
});

Deno.test("there is one watch at a time, and one more for all that came during it", async () => {
  const { watch, settled, calls, waits } = watched({ deaf: false });

  watch();
  watch();
  watch();
  await settled();
  await settled();
  assert.deepEqual([calls.length, waits], [2, [3000, 3000]]);

  watch();
  await settled();
  assert.equal(calls.length, 3);
});

Deno.test("a request that came late in a watch has 3 seconds of its own until the door rings", async () => {
  const { deps, posted, settled, deafen } = watched({ deaf: false });
  let waits = 0;
  const watch = createBellWatch({
    ...deps,
    wait() {
      // The first ring was answered; pg_net dies, and a second request comes before the watch looks.
      if (++waits === 1) watch();
      else deafen();
      return Promise.resolve();
    },
  });

  watch();
  await settled();
  await settled();

  assert.equal(posted.length, 1);
});

Deno.test("a watch that fails is logged, and the next one starts all the same", async () => {
  const { watch, settled, lines, calls } = watched({ deaf: new Error("Database is gone") });

  watch();
  await settled();
  watch();
  await settled();

  assert.equal(calls.length, 2);
  assert.match(lines[0] ?? "", /bell\.watch_failed.*Database is gone/);
});

Deno.test("without a secret nothing is posted, and the log says so", async () => {
  const { watch, settled, posted, lines } = watched({
    deaf: true,
    env: { WEBHOOK_BASE_URL: ENV.WEBHOOK_BASE_URL },
  });

  watch();
  await settled();

  assert.equal(posted.length, 0);
  assert.match(lines[0] ?? "", /PIPELINE_BELL_SECRET is not set/);
});
