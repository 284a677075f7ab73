import assert from "node:assert/strict";
import { createCallbackDoor } from "./callback_door.ts";
import { DatabaseError } from "./database.ts";
import {
  handMadeWorld,
  NOTHING_CHANGED,
  signedPost,
  type World,
} from "./testing/hand_made_world.ts";

const SECRET = "s3cret";
const TOO_LARGE = "x".repeat(1024 * 1024 + 1);
const AWAY = new DatabaseError("Cannot call receive_callback: no connection", "", true);

/** The smallest door: its body is `{"ok": true}`. */
function aDoor(given: Parameters<typeof handMadeWorld>[0] = {}, floodLimit?: number) {
  const world = handMadeWorld({
    env: { VIDEO_WEBHOOK_SECRET: SECRET },
    sql: { receive_callback: NOTHING_CHANGED },
    ...given,
  });
  const app = createCallbackDoor({
    name: "video-complete",
    source: "video",
    rateLimit: "RATE_LIMIT_VIDEO",
    floodLimit,
    read: (body) =>
      JSON.stringify(body) === '{"ok":true}'
        ? {
          type: "task.completed",
          status: "completed",
          result: {
            state: "completed",
            request_id: "t1",
            scene_id: null,
            project_id: null,
            output: {},
            error: null,
            progress: null,
            metadata: {},
          },
        }
        : { issues: [{ path: "ok", message: "Must be true" }] },
    answer: ({ outcome }, status) => ({ outcome, status }),
  }, world.deps);

  async function send(init: RequestInit = {}, path = "/video-complete") {
    const answer = await app.request(path, init);
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }
  return { ...world, send };
}

const GOOD = signedPost('{"ok":true}', SECRET);
const WRONG = { ...GOOD, headers: { "x-webhook-signature": "0".repeat(64) } };

function events({ lines }: World): string[] {
  return lines.map((line) => JSON.parse(line).event);
}

Deno.test("GET on a door's own path says that it stands, configured or not", async () => {
  const { send } = aDoor({ env: {} });

  for (const path of ["/video-complete", "/video-complete/"]) {
    const { status, body } = await send({}, path);
    assert.equal(status, 200);
    assert.deepEqual(body, { status: "ok", door: "video-complete" });
  }
});

Deno.test("an unknown path is 404 with an error, whatever the method", async () => {
  const { send, calls } = aDoor();

  for (const method of ["GET", "POST", "DELETE"]) {
    const { status, body } = await send({ method }, "/video-complete/other");
    assert.equal(status, 404);
    assert.deepEqual(body, { error: "Not found" });
  }
  assert.deepEqual(calls, []);
});

Deno.test("checks come in the documented order", async (t) => {
  const unset = { env: {} };
  const limited = {
    env: { VIDEO_WEBHOOK_SECRET: SECRET, RATE_LIMIT_VIDEO: "1" },
    sql: { receive_callback: AWAY },
  };
  const put = { method: "PUT", body: TOO_LARGE };
  const large = { method: "POST", body: TOO_LARGE };
  const unsignedText = { method: "POST", body: "no json" };
  const signedText = signedPost("no json", SECRET);

  await t.step("a wrong method goes before a large body", async () => {
    const { status, headers, body } = await aDoor(unset).send(put);
    assert.equal(status, 405);
    assert.equal(headers.get("allow"), "GET, POST");
    assert.deepEqual(body, { error: "Method not allowed" });
  });
  await t.step("a large body goes before an unset secret", async () => {
    const { status, body } = await aDoor(unset).send(large);
    assert.equal(status, 413);
    assert.deepEqual(body, { error: "Body too large" });
  });
  await t.step("an unset secret goes before a wrong signature", async () => {
    const { status, body } = await aDoor(unset).send(WRONG);
    assert.equal(status, 503);
    assert.deepEqual(body, { error: "Not configured" });
  });
  await t.step("a missing signature goes before a body that is not JSON", async () => {
    const { status, body } = await aDoor().send(unsignedText);
    assert.equal(status, 401);
    assert.deepEqual(body, { error: "Invalid signature" });
  });
  await t.step("a body that is not JSON goes before limit and database", async () => {
    const { status, body } = await aDoor(limited).send(signedText);
    assert.equal(status, 400);
    assert.deepEqual(body.issues, [{ path: "", message: "Not JSON" }]);
  });
  await t.step("wrong fields go before limit and database", async () => {
    const { status, body } = await aDoor(limited).send(signedPost("{}", SECRET));
    assert.equal(status, 400);
    assert.deepEqual(body.issues, [{ path: "ok", message: "Must be true" }]);
  });
  await t.step("the limit goes before the database", async () => {
    const { send } = aDoor(limited);
    assert.equal((await send(GOOD)).status, 503);
    const { status, headers, body } = await send(GOOD);
    assert.equal(status, 429);
    assert.equal(headers.get("retry-after"), "60");
    assert.deepEqual(body, { error: "Rate limit exceeded" });
  });
});

Deno.test("a database that is away is 503, everything else 500, and a stranger learns no more", async () => {
  const broken = new DatabaseError("Cannot call x: column projects.foo is missing", "42703", false);
  const failures: [unknown, number][] = [
    [AWAY, 503],
    [broken, 500],
    [new TypeError("secret detail"), 500],
    [{ outcome: "not an answer" }, 500],
    [{ ...NOTHING_CHANGED, outcome: "error" }, 500],
  ];

  for (const [receive_callback, expected] of failures) {
    const { send } = aDoor({ sql: { receive_callback } });
    const { status, body } = await send(GOOD);
    assert.equal(status, expected);
    assert.deepEqual(body, {
      error: expected === 503 ? "Database away" : "Webhook processing failed",
    });
  }
});

Deno.test("an address that failed more than 100 times in a minute gets 429 instead of 401", async () => {
  const { send, clock, calls } = aDoor();
  const from = (address: string) => ({
    ...WRONG,
    headers: { ...WRONG.headers, "cf-connecting-ip": address },
  });

  for (let i = 0; i < 100; i++) assert.equal((await send(from("192.0.2.1"))).status, 401);
  const { status, headers, body } = await send(from("192.0.2.1"));
  assert.equal(status, 429);
  assert.equal(headers.get("retry-after"), "60");
  assert.deepEqual(body, { error: "Rate limit exceeded" });
  assert.equal((await send(from("192.0.2.2"))).status, 401);

  clock.now += 60_000;
  assert.equal((await send(from("192.0.2.1"))).status, 401);
  assert.deepEqual(calls, []);
});

Deno.test("a request that verifies is never touched by the flood guard", async () => {
  const { send } = aDoor({}, 1);

  for (let i = 0; i < 5; i++) await send(WRONG);
  assert.equal((await send(WRONG)).status, 429);
  assert.equal((await send(GOOD)).status, 200);
});

Deno.test("refusals are logged until the flood guard speaks, without the signature", async () => {
  const door = aDoor({}, 2);

  for (let i = 0; i < 5; i++) await door.send(WRONG);
  assert.deepEqual(events(door), ["door.refused", "door.refused"]);
  assert.ok(!door.lines.join().includes("0".repeat(64)));
});

Deno.test("a flood of unsigned requests calls no SQL function, with a limit or without", async () => {
  for (const RATE_LIMIT_VIDEO of ["", "1"]) {
    const { send, calls, settled } = aDoor({
      env: { VIDEO_WEBHOOK_SECRET: SECRET, RATE_LIMIT_VIDEO },
    });

    for (let i = 0; i < 500; i++) {
      const headers = { ...WRONG.headers, "cf-connecting-ip": `192.0.2.${i % 250}` };
      await send({ ...WRONG, headers });
    }
    await settled();

    assert.deepEqual(calls, []);
  }
});

Deno.test("without a limit a verified request costs its one RPC, with one a background RPC besides", async () => {
  const names = async (env: Record<string, string>) => {
    const sql = { receive_callback: { ...NOTHING_CHANGED, outcome: "stale" }, count_requests: [] };
    const { send, calls, settled } = aDoor({ env: { VIDEO_WEBHOOK_SECRET: SECRET, ...env }, sql });
    assert.equal((await send(GOOD)).status, 200);
    await settled();
    return calls.map(({ name }) => name).sort();
  };

  assert.deepEqual(await names({}), ["receive_callback"]);
  assert.deepEqual(await names({ RATE_LIMIT_VIDEO: "5" }), ["count_requests", "receive_callback"]);
});

Deno.test("a sender that hangs up in mid-body is 400, not our fault", async () => {
  const door = aDoor();
  const body = new ReadableStream({ start: (stream) => stream.error(new Error("Reset")) });

  const { status } = await door.send({ ...GOOD, body });

  assert.equal(status, 400);
  assert.deepEqual(events(door), []);
});
