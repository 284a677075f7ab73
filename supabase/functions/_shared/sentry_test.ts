import assert from "node:assert/strict";
import { DatabaseError } from "./database.ts";
import { handMadeWorld } from "./testing/hand_made_world.ts";
import { createSentry, readDsn } from "./sentry.ts";
import { refusingUrl, withServer } from "./testing/loopback.ts";

const KEY = "0123456789abcdef";

function aSentry(url: string) {
  const env = { SENTRY_DSN: `${url.replace("//", `//${KEY}@`)}/42` };
  const world = handMadeWorld({ env, fetch });
  const report = createSentry(world.deps);
  assert.ok(report);
  return { ...world, report };
}

Deno.test("a DSN says where envelopes go, also below a path", () => {
  assert.deepEqual(
    readDsn(`https://${KEY}@o1.ingest.example/42`)?.url,
    "https://o1.ingest.example/api/42/envelope/",
  );
  assert.deepEqual(
    readDsn(`http://${KEY}@127.0.0.1:9000/sentry/7`)?.url,
    "http://127.0.0.1:9000/sentry/api/7/envelope/",
  );
  for (
    const dsn of [
      "",
      "sentry",
      "https://o1.ingest.example/42",
      `https://${KEY}@host/`,
      `ftp://${KEY}@host/1`,
    ]
  ) {
    assert.equal(readDsn(dsn), null, dsn);
  }
});

Deno.test("an error in the log becomes an event at Sentry, with its stack and what the log says", async () => {
  await withServer(() => Response.json({ id: "1" }), async ({ url, seen }) => {
    const { report, settled, clock } = aSentry(url);
    const error = new DatabaseError("Cannot call receive_callback: no such column", "42703", false);

    report("door.failed", { door: "fal-webhook", method: "POST", error });
    await settled();

    assert.equal(seen.length, 1);
    assert.equal(seen[0]?.path, "/api/42/envelope/");
    assert.equal(
      seen[0]?.headers.get("x-sentry-auth"),
      `Sentry sentry_version=7, sentry_key=${KEY}, sentry_client=reelay/1.0`,
    );
    const [header, item, event] = (seen[0]?.body ?? "").split("\n").map((line) =>
      line === "" ? null : JSON.parse(line)
    );
    assert.equal(header.event_id, event.event_id);
    assert.match(event.event_id, /^[0-9a-f]{32}$/);
    assert.deepEqual(item, { type: "event" });
    assert.deepEqual(event.tags, { event: "door.failed", door: "fal-webhook" });
    assert.equal(event.timestamp, new Date(clock.now).toISOString());
    const [{ type, value, stacktrace }] = event.exception.values;
    assert.deepEqual([type, value], [
      "DatabaseError",
      "Cannot call receive_callback: no such column",
    ]);
    assert.match(stacktrace.frames.at(-1).filename, /sentry_test\.ts$/);
    assert.deepEqual(event.extra, { method: "POST" });
  });
});

Deno.test("a callback whose processing failed is reported; what merely happened is not", async () => {
  await withServer(() => new Response(), async ({ url, seen }) => {
    const { report, settled } = aSentry(url);

    report("callback.received", { outcome: "applied" });
    report("door.refused", { address: "192.0.2.1" });
    report("callback.received", { outcome: "error", webhook_log_id: "whlog_1" });
    await settled();

    assert.equal(seen.length, 1);
    assert.match(seen[0]?.body ?? "", /"message":"callback.received".*whlog_1/);
  });
});

Deno.test("no token reaches Sentry", async () => {
  await withServer(() => new Response(), async ({ url, seen }) => {
    const { report, settled } = aSentry(url);

    const target = "https://x.example/fal-webhook?token=s3cret";
    report("run.failed", { target, error: new Error(`Cannot post to ${target}`) });
    await settled();

    assert.ok(!seen[0]?.body.includes("s3cret"));
  });
});

Deno.test("an outage is told thirty times a minute, not more", async () => {
  await withServer(() => new Response(), async ({ url, seen }) => {
    const { report, settled, clock } = aSentry(url);

    for (let i = 0; i < 100; i++) report("door.failed", { error: new Error("Down") });
    await settled();
    assert.equal(seen.length, 30);

    clock.now += 60_001;
    report("door.failed", { error: new Error("Down") });
    await settled();
    assert.equal(seen.length, 31);
  });
});

Deno.test("a Sentry that is away, or refuses, is a line of the log", async () => {
  const away = aSentry(refusingUrl());
  away.report("door.failed", { error: new Error("Down") });
  await away.settled();
  assert.match(away.lines.join(), /"event":"sentry.away"/);

  await withServer(() => new Response("", { status: 429 }), async ({ url }) => {
    const refusing = aSentry(url);
    refusing.report("door.failed", { error: new Error("Down") });
    await refusing.settled();
    assert.match(refusing.lines.join(), /Sentry answers 429/);
  });
});

Deno.test("without a DSN nothing is sent, and a wrong one is said without showing it", () => {
  assert.equal(createSentry(handMadeWorld().deps), null);

  const { deps, lines } = handMadeWorld({ env: { SENTRY_DSN: "no-dsn-at-all" } });
  assert.equal(createSentry(deps), null);
  assert.match(lines.join(), /SENTRY_DSN is no DSN/);
  assert.ok(!lines.join().includes("no-dsn-at-all"));
});
