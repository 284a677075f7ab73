import assert from "node:assert/strict";
import { describeEvent, startFilmTicker } from "./film_ticker.ts";
import { createPaint } from "./paint.ts";
import { onDatabase } from "../supabase/tests/given.ts";

const AT = new Date(2026, 10, 22, 6, 16, 3);

Deno.test("a station of a film is told in one line", () => {
  const paint = createPaint(false);
  const event = { event_id: 1, name: "bay", at: AT };

  assert.equal(
    describeEvent({ ...event, type: "scene.extracting_frame", position: 2 }, paint),
    "06:16:03  bay              scene 2 extracting frame",
  );
  assert.equal(
    describeEvent({ ...event, type: "project.completed", position: null }, paint),
    "06:16:03  bay              film completed",
  );
  assert.equal(
    describeEvent(
      { ...event, name: "\x1b[2J\nbay", type: "project.completed", position: null },
      paint,
    ),
    "06:16:03  \ufffd[2J bay         film completed",
  );
});

Deno.test(
  "what happens from now on is told, what happened before is not",
  onDatabase(async ({ sql, aProject, aSubmittedClip }) => {
    await aProject();
    const told: string[] = [];
    const heard = Promise.withResolvers<void>();
    const ticker = await startFilmTicker({
      sql,
      paint: createPaint(false),
      say(line) {
        told.push(line);
        if (line.endsWith("film generating")) heard.resolve();
      },
    });
    await aSubmittedClip();
    await heard.promise;
    await ticker.stop();

    const lines = told.map((line) => line.slice(27));
    assert.deepEqual(lines.filter((line) => line.startsWith("film")), [
      "film queued",
      "film generating",
    ]);
  }),
);
