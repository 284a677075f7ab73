import assert from "node:assert/strict";
import {
  aDelivery,
  anAttempt,
  aStep,
  aStory,
  at,
  BEGAN,
} from "../console/src/story/story_fixture.ts";
import { ApiError } from "../console/src/api/client.ts";
import { createPaint } from "../local/paint.ts";
import { drawBoard } from "./status/draw_board.ts";
import { drawStory } from "./status/draw_story.ts";
import { explain } from "./status/explain.ts";

const look = { paint: createPaint(false), now: BEGAN + 20_000, width: 100 };
const OBEYED = /(?!\n)[\p{Cc}\u202a-\u202e]/u;
const STEPS = [
  aStep({
    status: "completed",
    attempts: [
      anAttempt({ status: "completed", created_at: at(0), ended_at: at(10), request_id: "r" }),
    ],
  }),
  aStep({
    step_id: "step_2",
    kind: "extract_last_frame",
    attempts: [anAttempt({ created_at: at(10) })],
  }),
];

Deno.test("a film's story fits a screen: who, how far, what happened when, what it waits for", () => {
  const text = drawStory(aStory({ steps: STEPS, deliveries: [aDelivery()] }), look);
  const lines = text.split("\n");

  assert(lines.length <= 24, text);
  assert(lines.every((line) => line.length <= 100), text);
  assert.match(text, /proj_1 · generating · 0% · for 20 s · \$0 and 1 of unknown price/);
  assert.match(text, /Scene 1 {3}generating/);
  assert.match(text, /^Scene 1 {4}Generate clip.*█.* 10 s$/m);
  assert.match(text, /^ {11}Extract last frame.*▒.* 10 s$/m);
  assert.match(text, /Waits for\n {2}• Extract last frame, scene 1: fal has been at it for 18 s\./);
});

Deno.test("bars of what came first end where bars of what came after begin", () => {
  const text = drawStory(aStory({ steps: STEPS }), look);
  const bar = (name: string) => text.split("\n").find((line) => line.includes(name)) ?? "";

  assert(Math.abs(bar("Generate clip").lastIndexOf("█") - bar("Extract last").indexOf("▒")) <= 1);
});

Deno.test("a film that waits for a yes says so, one that is over has no running clock", () => {
  const waiting = aStory({ status: "paused" });
  Object.assign(waiting.project, { awaiting_approval: "storyboard", estimated_cost_usd: 1.05 });
  assert.match(
    drawStory(waiting, look),
    /waits for approval · 0% · for 20 s · \$0 of about \$1\.05/,
  );

  const failed = aStory({ status: "failed", error_message: "NSFW" });
  failed.project.updated_at = at(4);
  assert.match(drawStory(failed, look), /failed · 0% · took 4 s/);
});

Deno.test("a stranger's prompt stays one line", () => {
  const story = aStory();
  story.project.prompt = "a\nb\tc ".repeat(60);

  assert(drawStory(story, look).split("\n").every((line) => line.length <= 100));
});

Deno.test("nothing that strangers wrote is obeyed by the terminal, or stands on a line of its own", () => {
  const evil = "\x1b[2J\x1b]52;c;Y3VybA==\x07\x9b1A\r\u202e\nWaits for\n  • nothing";
  const story = aStory({ error_message: evil, steps: STEPS });
  Object.assign(story.project, {
    prompt: evil,
    user_name: evil,
    user_id: evil,
    video_id: evil,
    final_video_url: `https://a.b/${evil}`,
  });
  for (const scene of story.scenes) Object.assign(scene, { prompt: evil, error_message: evil });
  const text = drawStory(story, look);

  assert.doesNotMatch(text, OBEYED);
  assert.equal(text.match(/^Waits for$/gm)?.length, 1);
});

Deno.test("without an id the films under way are listed, and what waits for somebody", () => {
  const card = {
    project_id: "proj_1",
    video_id: "v1",
    version: 1,
    user_id: "u1",
    status: "generating",
    progress: 40,
    created_at: at(0),
    updated_at: at(0),
    scenes: [],
    usd: 0,
    prompt: "A bay",
  };
  const overview = {
    is_paused: false,
    by_status: { generating: 1 },
    spent_today_usd: 0.5,
    failed_callbacks: 2,
    buffered_callbacks: 0,
    dead_deliveries: 0,
    errors_last_hour: 0,
  };
  const text = drawBoard({ overview, columns: { generating: { docs: [card], next: null } } }, look);

  assert.equal(
    text,
    "1 generating · $0.50 today · 2 failed callbacks\n\nproj_1  generating 40%   20 s ago    A bay",
  );
  const evil = { ...card, prompt: "\x1b[2J\nproj_2  completed" };
  const shown = drawBoard(
    { overview, columns: { generating: { docs: [evil], next: null } } },
    look,
  );
  assert.doesNotMatch(shown, OBEYED);
  assert.equal(shown.split("\n").length, 3);
});

Deno.test("who gets no story is told what is wrong and what to look at", () => {
  const base = "http://127.0.0.1:54321/functions/v1";
  const told = (status: number, { id, isLocal = true }: { id?: string; isLocal?: boolean } = {}) =>
    explain(new ApiError(status, "Not so"), { base, id, isLocal });

  assert.match(told(0), /nobody answers at http.*54321.*deno task start/);
  assert.match(told(0, { isLocal: false }), /nobody answers at http.*address/);
  assert.match(told(401), /OPERATOR_KEY is not the key of http/);
  assert.match(told(404, { id: "proj_1" }), /no film proj_1/);
  assert.match(told(404), /deployed/);
  assert.match(told(503), /answers 503: Not so/);
});
