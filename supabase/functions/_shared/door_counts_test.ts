import assert from "node:assert/strict";
import { createDoor } from "./door.ts";
import { createDoorCounts } from "./door_counts.ts";
import { handMadeWorld, signedPost } from "./testing/hand_made_world.ts";

function counting(count_door_requests: unknown = null) {
  const world = handMadeWorld({ sql: { count_door_requests } });
  return { ...world, count: createDoorCounts("webhook", world.deps) };
}

const OK = { status: 200, ms: 7, isLetIn: true };
const STRANGER = { status: 401, ms: 1, isLetIn: false };

Deno.test("answers are told by status and duration, those to strangers along with others", async () => {
  const { count, calls, settled } = counting();

  for (let i = 0; i < 3; i++) count(STRANGER);
  await settled();
  assert.deepEqual(calls, [], "a flood of unsigned requests costs the database nothing");

  count(OK);
  count({ ...OK, ms: 10_001 });
  await settled();
  assert.deepEqual(calls, [{
    name: "count_door_requests",
    args: {
      p_door: "webhook",
      p_counts: [
        { status: 401, requests: 3, ms_total: 3, requests_by_ms: { "5": 3 } },
        { status: 200, requests: 2, ms_total: 10_008, requests_by_ms: { "10": 1, "more": 1 } },
      ],
    },
  }]);
});

Deno.test("what comes while a report is made waits ten seconds for the next", async () => {
  const { deps, calls, settled } = handMadeWorld({ sql: { count_door_requests: null } });
  const waited: number[] = [];
  const wait = (ms: number) => Promise.resolve(void waited.push(ms));
  const count = createDoorCounts("webhook", { ...deps, wait });

  count(OK);
  await settled();
  count(OK);
  count(OK);
  await settled();

  assert.equal(calls.length, 2);
  assert.deepEqual(waited, [0, 10_000]);
});

Deno.test("a report that fails is logged, and the next one is made", async () => {
  const { count, calls, lines, settled } = counting(new Error("No connection"));

  count(OK);
  await settled();
  count(OK);
  await settled();

  assert.equal(calls.length, 2);
  assert.match(lines.join(), /door\.not_counted/);
});

Deno.test("a door counts what it answers, refusals too, and no health check", async () => {
  const { deps } = handMadeWorld({ env: { VIDEO_WEBHOOK_SECRET: "s3cret" } });
  const seen: unknown[] = [];
  const counts = (door: string) => (answer: unknown) => void seen.push([door, answer]);
  const { app, admit } = createDoor({ name: "video-complete" }, { ...deps, counts });
  app.post("/", async (c) => c.json({ bytes: (await admit(c)).body.length }));

  await app.request("/video-complete", signedPost("{}", "s3cret"));
  await app.request("/video-complete", signedPost("{}", "another"));
  await app.request("/video-complete");
  await app.request("/video-complete/nowhere");

  assert.deepEqual(
    seen,
    [[200, true], [401, false], [404, false]].map(([status, isLetIn]) => [
      "video-complete",
      { status, ms: 0, isLetIn },
    ]),
  );
});
