import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { attemptsOf, chunksOf, only, projectOf } from "./look.ts";
import { callback } from "./verbs.ts";

Deno.test(
  "report_progress never goes back, on the clip nor on the film",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const seen: (string | number)[][] = [];

    for (const progress of [40, 20, null, 70, 500]) {
      await callback(db, work, { result: { state: "in_progress", progress } });
      const chunk = only(await chunksOf(sql, work.project_id));
      const film = await projectOf(sql, work.project_id);
      seen.push([chunk.status, chunk.progress, film.progress]);
    }

    assert.deepEqual(seen, [
      ["IN_PROGRESS", 40, 36],
      ["IN_PROGRESS", 40, 36],
      ["IN_PROGRESS", 40, 36],
      ["IN_PROGRESS", 70, 63],
      ["IN_PROGRESS", 99, 89],
    ]);
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "in_progress");
  }),
);
