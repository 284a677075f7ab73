import assert from "node:assert/strict";
import { aStory } from "./story_fixture.ts";
import { mayRegenerate, takesToUse, verbsOf } from "./verbs.ts";

const clip = (status: string) => ({ chunk_id: "c", position: 1, status, progress: 0 });
const names = (story: Parameters<typeof verbsOf>[0]) => verbsOf(story).map(({ name }) => name);

Deno.test("a film offers the verbs that its status allows, and no others", () => {
  const waiting = aStory({ status: "paused" });
  waiting.project.awaiting_approval = "stills";

  assert.deepEqual(names(aStory({ status: "generating" })), ["pause", "cancel"]);
  assert.deepEqual(names(aStory({ status: "paused" })), ["resume", "cancel"]);
  assert.deepEqual(names(waiting), ["approve", "cancel"]);
  assert.deepEqual(names(aStory({ status: "failed" })), ["retry"]);
  assert.deepEqual(names(aStory({ status: "completed" })), []);
});

Deno.test("whoever approves a budget is told to what the limit is raised", () => {
  const story = aStory({ status: "paused" });
  const textOf = () => verbsOf(story)[0]?.text;
  story.project.awaiting_approval = "budget";
  assert.equal(textOf(), "It goes on, though nobody knows yet what it will cost.");
  story.project.estimated_cost_usd = 4.2;
  assert.equal(textOf(), "Its limit is raised to $4.20, and it goes on.");
  story.project.awaiting_approval = "stills";
  assert.equal(textOf(), "What it has shown so far is taken, and it goes on.");
});

Deno.test("only whole takes of a film that is there are offered for it, and nothing is made anew in a pause", () => {
  const story = aStory({ status: "completed" });
  const scene = {
    ...story.scenes[0],
    scene_id: "scene_1",
    position: 1,
    status: "completed",
    takes: [
      { take: 1, selected: false, chunks: [clip("COMPLETED")] },
      { take: 2, selected: false, chunks: [clip("COMPLETED"), clip("FAILED")] },
      { take: 3, selected: true, chunks: [clip("COMPLETED")] },
    ],
  };

  assert.deepEqual(takesToUse(scene, story), [1]);
  assert.deepEqual(takesToUse(scene, aStory({ status: "generating" })), []);
  assert.deepEqual([
    mayRegenerate(scene, story),
    mayRegenerate(scene, aStory({ status: "paused" })),
  ], [
    true,
    false,
  ]);
});
