import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { complete, submit } from "./verbs.ts";

Deno.test(
  "release_provider ends a row of failures when a provider accepts, and when it answers at once",
  onDatabase(async ({ db, sql, aClaimedClip, aFilmToStore }) => {
    const store = await aFilmToStore();
    const clip = await aClaimedClip({ video_id: "video-2" });
    await sql`update private.providers set failures_in_a_row = 4, hold_reason = 'HTTP 500'`;

    await submit(db, clip);
    await complete(db, store);

    for (const name of ["fal", "storage"]) {
      const provider = only(
        await sql`
        select failures_in_a_row, hold_reason from private.providers where name = ${name}`,
      );
      assert.deepEqual(provider, { failures_in_a_row: 0, hold_reason: null }, name);
    }
  }),
);
