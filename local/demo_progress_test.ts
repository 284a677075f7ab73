import assert from "node:assert/strict";
import { DemoProgress } from "./demo_progress.ts";

const PENDING = {
  status: "generating",
  progress: 0,
  scenes: [{ scene_id: "scene_1", position: 1, status: "generating", video_url: null }],
};
const DONE = {
  status: "completed",
  progress: 100,
  scenes: [{ scene_id: "scene_1", position: 1, status: "completed", video_url: "http://a/b" }],
};

Deno.test("without a terminal each change is a line and no change is none", () => {
  assert.equal(
    written(false),
    "posted\ngenerating 0%: scene 1 generating\ncompleted 100%: scene 1 completed\ndone\n",
  );
});

Deno.test("on a terminal each scene has a line, drawn over, and kept before what is said next", () => {
  const full = "█".repeat(24);
  const line = (text: string) => `\r\x1b[K${text}\n`;
  const drawn = [
    line(`  Film     ${"░".repeat(24)}   0%  generating`),
    line(`  Scene 1  ${"█".repeat(10)}${"░".repeat(14)}       generating`),
    "\x1b[2A",
    line(`  Film     ${full} 100%  completed`),
    line(`  Scene 1  ${full}       completed`),
  ];
  assert.equal(written(true), `posted\n${drawn.join("")}done\n`);
});

function written(isTerminal: boolean): string {
  let text = "";
  const progress = new DemoProgress({ write: (part) => (text += part), isTerminal });
  progress.say("posted");
  for (const task of [PENDING, PENDING, DONE]) progress.show(task);
  progress.say("done");
  return text;
}
