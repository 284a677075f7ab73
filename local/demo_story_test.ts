import assert from "node:assert/strict";
import type { DemoTask } from "./demo_film.ts";
import { cutsOf, dollars, revisedJob } from "./demo_story.ts";

const TASK: DemoTask = {
  status: "completed",
  progress: 100,
  scenes: [
    { prompt: "One", continuity: "last_frame" },
    { prompt: "Two", continuity: "cut" },
    { prompt: "Three", continuity: "last_frame" },
  ].map((scene, i) => ({
    ...scene,
    scene_id: `scene_${i + 1}`,
    position: i + 1,
    status: "completed",
    video_url: null,
  })),
  final_video_url: null,
  error: null,
};

Deno.test("a revision has other words for one scene, and every other one as it was", () => {
  const job = { video_id: "demo", prompt: "Whole", scenes: [{ prompt: "One", duration: 5 }] };
  const revised = revisedJob(job, { task: TASK, scene: 2, seconds: 5 });

  assert.deepEqual(revised, {
    video_id: "demo",
    prompt: "Whole",
    is_revision: true,
    scenes: [
      { prompt: "One", duration: 5, continuity: "last_frame" },
      { prompt: "Two, this time in the snow", duration: 5, continuity: "cut" },
      { prompt: "Three", duration: 5, continuity: "last_frame" },
    ],
  });
  assert.throws(() => revisedJob(job, { task: TASK, scene: 4, seconds: 5 }), /the film has 3/);
});

Deno.test("cuts are told by the scenes that they begin, and an unknown sum is not nothing", () => {
  assert.deepEqual(cutsOf(TASK), [2]);
  assert.equal(dollars(0.7), "0.7000 USD");
  assert.equal(dollars(null), "an unknown sum");
});
