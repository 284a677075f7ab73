import assert from "node:assert/strict";
import { extentOf, lanesOf, ticksOf } from "./lanes.ts";
import { aDelivery, anAttempt, aStep, aStory, at, BEGAN } from "./story_fixture.ts";

Deno.test("each attempt is a bar from its beginning to its end, one that goes on has none", () => {
  const first = anAttempt({ status: "failed", ended_at: at(5) });
  const second = anAttempt({ attempt_id: "att_2", number: 2, created_at: at(9) });
  const [lane, ...others] = lanesOf(aStory({ steps: [aStep({ attempts: [first, second] })] }));

  assert.deepEqual(others, []);
  assert.deepEqual([lane?.group, lane?.label], ["Scene 1", "Generate clip"]);
  assert.deepEqual(
    lane?.marks.map(({ status, start, end }) => [status, start - BEGAN, end && end - BEGAN]),
    [["failed", 1000, 5000], ["submitted", 9000, null]],
  );
});

Deno.test("film, callbacks and deliveries come below the scenes, on the same axis", () => {
  const tries = [{ number: 1, status_code: 500, duration_ms: 200, attempted_at: at(8) }];
  const story = aStory({
    steps: [aStep({ scene_id: null, kind: "stitch", step_id: "s2" }), aStep()],
    deliveries: [aDelivery({ tries })],
    callbacks: [{
      webhook_log_id: "whlog_1",
      webhook_id: "w",
      source: "fal",
      type: "generation.completed",
      status: "success",
      outcome: "applied",
      retry_count: 0,
      duplicate_count: 0,
      received_at: at(6),
    }],
  });
  const lanes = lanesOf(story);

  assert.deepEqual(lanes.map(({ group }) => group), ["Scene 1", "Film", "Callbacks", "Deliveries"]);
  const [attempt] = lanes.at(-1)?.marks ?? [];
  assert.deepEqual([attempt?.status, attempt && attempt.start - BEGAN], ["failed", 7800]);
});

Deno.test("the axis holds all that happened, and goes on to now while something does", () => {
  const lanes = lanesOf(aStory({ steps: [aStep({ attempts: [anAttempt()] })] }));
  const { from, to } = extentOf(lanes, aStory(), BEGAN + 20_000);

  assert.equal(from, BEGAN);
  assert(to > BEGAN + 20_000 && to < BEGAN + 21_000);
});

Deno.test("an axis has a handful of ticks at round distances, however long it is", () => {
  assert.deepEqual(ticksOf(6000), [0, 1000, 2000, 3000, 4000, 5000, 6000]);
  for (const length of [1, 999, 61_000, 3_600_000, 90 * 86_400_000]) {
    assert(ticksOf(length).length <= 15, `${length}`);
  }
});

Deno.test("a receiver has one lane, however much is sent there; what is not sent has no mark", () => {
  const tries = [{ number: 1, status_code: 200, duration_ms: 50, attempted_at: at(8) }];
  const toDesk = { endpoint_id: "ep_1", url: "https://desk.example/hook", tries };
  const deliveries = [
    aDelivery({ tries }),
    aDelivery({ delivery_id: "dlv_2", ...toDesk }),
    aDelivery({ delivery_id: "dlv_3", ...toDesk, type: "scene.completed" }),
    aDelivery({ delivery_id: "dlv_4", ...toDesk, status: "filtered", tries: [] }),
    aDelivery({ delivery_id: "dlv_5", endpoint_id: "ep_2", status: "skipped", tries: [] }),
  ];
  const lanes = lanesOf(aStory({ deliveries }));

  assert.deepEqual(lanes.map(({ label, marks }) => [label, marks.length]), [
    ["callback_url", 1],
    ["desk.example", 2],
  ]);
  assert.equal(lanes[1]?.marks[1]?.label, "Scene completed, try 1");
});
