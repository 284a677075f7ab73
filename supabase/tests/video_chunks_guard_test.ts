import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { asRole } from "./roles.ts";

Deno.test(
  "video_chunks__guard keeps the request id of a film's chunk from service_role",
  onDatabase(async ({ sql, aSubmittedClip }) => {
    await aSubmittedClip();

    await assert.rejects(
      asRole(sql, "service_role", null, (as) =>
        as`
        update public.video_chunks set request_id = 'hijack' where project_id is not null`),
      /it belongs to a film/,
    );
    await asRole(sql, "service_role", null, (as) =>
      as`
      update public.video_chunks set final_video_url = 'https://w.test/f.mp4' where project_id is not null`);
  }),
);
