import assert from "node:assert/strict";
import { readStats } from "../functions/_shared/transitions/tasks.ts";
import { onDatabase } from "./given.ts";
import { callback, complete, moveClock } from "./verbs.ts";

Deno.test(
  "read_stats counts films by status and by day, open work and buffered callbacks",
  onDatabase(async ({ db, sql, aProject, aFilmToStore, aClaimedClip }) => {
    assert.deepEqual(await readStats(db), {
      total: 0,
      by_status: {},
      last_24h: 0,
      open_steps: 0,
      open_deliveries: 0,
      buffered_callbacks: 0,
    });
    await complete(db, await aFilmToStore());
    await moveClock(sql, 86_401);
    await aProject({ video_id: "video-2" });
    await callback(db, await aClaimedClip({ video_id: "video-3" }), { token: null });

    assert.deepEqual(await readStats(db), {
      total: 3,
      by_status: { completed: 1, queued: 2 },
      last_24h: 2,
      open_steps: 2,
      open_deliveries: 1,
      buffered_callbacks: 1,
    });
  }),
);
