import assert from "node:assert/strict";
import { aDelivery, anAttempt, aStep, aStory, at, BEGAN } from "./story_fixture.ts";
import { waitsFor } from "./waits_for.ts";

const told = (story: Parameters<typeof waitsFor>[0], seconds = 10) =>
  waitsFor(story, BEGAN + seconds * 1000).map(({ tone, text }) => `${tone}: ${text}`);

Deno.test("a film under way says who is at what, and for how long", () => {
  const steps = [aStep({ attempts: [anAttempt()] })];
  assert.deepEqual(told(aStory({ steps }), 44), [
    "moving: Generate clip, scene 1: fal has been at it for 42 s.",
  ]);
});

Deno.test("a provider past its deadline, a lost answer and a pause before a retry want attention", () => {
  const overdue = aStep({ due_at: at(5), attempts: [anAttempt()] });
  const lost = aStep({ attempts: [anAttempt({ status: "lost" })] });
  const retried = aStep({
    status: "queued",
    due_at: at(40),
    attempts: [anAttempt({ status: "failed", error_message: "503" })],
  });

  assert.deepEqual(told(aStory({ steps: [overdue, lost, retried] })), [
    "attention: Generate clip, scene 1: fal has been at it for 8 s; it is overdue and will be asked.",
    "attention: Generate clip, scene 1: fal's answer was lost; it is being looked up.",
    "attention: Generate clip, scene 1: try 2 in 30 s after “503”.",
  ]);
});

Deno.test("a step that waits for its provider says what the last try met with", () => {
  const refused = aStep({
    status: "queued",
    due_at: at(-290),
    attempts: [anAttempt({ status: "failed", error_message: "fal refused FAL_KEY (401)" })],
  });

  assert.deepEqual(told(aStory({ steps: [refused] })), [
    "attention: Generate clip, scene 1: a free runner, and room at its provider after “fal refused FAL_KEY (401)”; due 5 min ago. Health says what is paused, held or at its limit.",
  ]);
});

Deno.test("an unfinished film without an open step is in trouble, a finished one is not", () => {
  assert.match(told(aStory()).join(), /^trouble: Nobody moves it on/);
  assert.deepEqual(told(aStory({ status: "completed" })), ["calm: Nothing. The film is there."]);
});

Deno.test("a failed film says why, a paused one for what reason", () => {
  const timeline = [{ type: "project.paused", data: { reason: "the client asked" }, at: at(1) }];

  assert.deepEqual(told(aStory({ status: "failed", error_message: "NSFW" })), [
    "trouble: Somebody to retry it: NSFW",
  ]);
  assert.deepEqual(told(aStory({ status: "paused", timeline })), [
    "attention: Somebody to resume it: the client asked.",
  ]);
});

Deno.test("a film that is there still waits for a client that does not answer", () => {
  const deliveries = [
    aDelivery({ attempt_count: 1, due_at: at(310) }),
    aDelivery({ status: "dead", error: "Receiver answered 500" }),
    aDelivery({ status: "delivered" }),
  ];
  assert.deepEqual(told(aStory({ status: "completed", deliveries })), [
    "attention: The receiver of its callback, https://app.example/hook: try 2 in 5 min.",
    "trouble: The callback to https://app.example/hook was given up: Receiver answered 500. Redrive it.",
  ]);
});

Deno.test("a film that failed, was cancelled or is paused waits for its receivers all the same", () => {
  const deliveries = [aDelivery({ status: "dead", error: "Receiver answered 500" })];
  for (const status of ["failed", "cancelled", "paused"]) {
    assert.match(told(aStory({ status, deliveries })).at(-1) ?? "", /^trouble: .* Redrive it\.$/);
  }
});

Deno.test("what a cancelled film gives up is counted, and what has no open step says how to go on", () => {
  const steps = [aStep({ kind: "cancel_request" })];
  assert.deepEqual(told(aStory({ status: "cancelled", steps })), [
    "calm: Nothing. It was cancelled. 1 request is still being given up at the provider.",
  ]);
  assert.match(told(aStory()).join(), /Cancel it, then retry it\.$/);
});

Deno.test("what is due for long says where to look for what holds it", () => {
  const steps = [aStep({ status: "queued", due_at: at(0) })];
  assert.doesNotMatch(told(aStory({ steps }), 10).join(), /Health/);
  assert.match(told(aStory({ steps }), 70).join(), /^attention: .* Health says/);
});

Deno.test("a film that waits for a yes says for which one, and what it will cost", () => {
  const story = aStory({ status: "paused" });
  story.project.awaiting_approval = "budget";
  assert.deepEqual(told(story), ["attention: Somebody to approve the budget."]);

  Object.assign(story.project, { estimated_cost_usd: 4.2, max_cost_usd: 3 });
  assert.deepEqual(told(story), [
    "attention: Somebody to approve the budget; the film will cost about $4.20, above the $3.00 allowed.",
  ]);
});
