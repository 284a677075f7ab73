import assert from "node:assert/strict";
import { z } from "zod";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { claimDeliveries, complete, fail } from "./verbs.ts";

Deno.test(
  "queue_deliveries tells the client once that a film is completed, with the client's own headers",
  onDatabase(async ({ db, aFilmToStore }) => {
    const work = await aFilmToStore({ webhook_headers: { "X-Tenant": "7" } });
    await complete(db, work);

    const delivery = only(await claimDeliveries(db));

    assert.equal(delivery.url, "https://client.test/callback");
    assert.deepEqual(delivery.headers, { "X-Tenant": "7" });
    assert.match(delivery.webhook_id, /^msg_/);
    const Body = z.object({ timestamp: z.iso.datetime() }).loose();
    const { timestamp: _, ...body } = Body.parse(JSON.parse(delivery.body));
    assert.deepEqual(body, {
      type: "video.generation.completed",
      data: {
        task_id: work.project_id,
        project_id: work.project_id,
        video_id: "video-1",
        chat_id: "chat-1",
        user_id: "user-1",
        status: "completed",
        version: 1,
        progress: 100,
        final_video_url: `https://made.test/${work.step_id}.mp4`,
        thumbnail_url: `https://made.test/${work.step_id}.jpg`,
        duration: 5,
        total_scenes: 1,
        error: null,
      },
    });
  }),
);

Deno.test(
  "queue_deliveries tells a failure with its reason",
  onDatabase(async ({ db, aClaimedClip }) => {
    await fail(db, await aClaimedClip(), { message: "NSFW" });

    const body = JSON.parse(only(await claimDeliveries(db)).body);

    assert.equal(body.type, "video.generation.failed");
    assert.deepEqual([body.data.status, body.data.error], ["failed", "Scene 1: NSFW"]);
  }),
);

Deno.test(
  "queue_deliveries leaves out what the job filtered out, and jobs without a callback_url",
  onDatabase(async ({ db, sql, aClaimedClip, aFilmToStore }) => {
    const onlyCompleted = ["video.generation.completed"];
    await fail(db, await aClaimedClip({ events: onlyCompleted }));
    await fail(db, await aClaimedClip({ video_id: "video-2", events: [] }));
    await fail(db, await aClaimedClip({ video_id: "video-3", callback_url: null }));
    assert.equal((await sql`select from public.webhook_deliveries`).length, 0);

    await complete(db, await aFilmToStore({ video_id: "video-4", events: onlyCompleted }));
    assert.equal((await sql`select from public.webhook_deliveries`).length, 1);
  }),
);

Deno.test(
  "queue_deliveries tells the notification service too, without the client's headers",
  onDatabase(async ({ db, aClaimedClip }) => {
    const job = { notify: true, callback_url: null, webhook_headers: { "X-Tenant": "7" } };
    await fail(db, await aClaimedClip(job));

    const delivery = only(await claimDeliveries(db));

    assert.deepEqual([delivery.endpoint_id, delivery.headers], ["notification", {}]);
  }),
);
