import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { callback, complete, fail, moveClock } from "./verbs.ts";
import { cancelVideoTask } from "../functions/_shared/transitions/videos.ts";

const JOB: JobOptions = {
  via: "videos",
  model: "minimax-video",
  prompt: "A serene mountain landscape with clouds",
};
const Told = z.object({ timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) })
  .loose();

/** The bodies queued for the client, oldest first, without their time. */
async function bodiesOf(sql: Sql): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ body: string }[]>`
    select body from public.webhook_deliveries where endpoint_id is null order by delivery_id`;
  return rows.map(({ body }) => {
    const { timestamp: _, ...told } = Told.parse(JSON.parse(body));
    return told;
  });
}

Deno.test(
  "video_body tells a completed video, field by field",
  onDatabase(async ({ sql, db, aFilmToStore }) => {
    const work = await aFilmToStore(JOB);
    await moveClock(sql, 45);
    await complete(db, work);

    const [told] = await bodiesOf(sql);
    const { generation_duration_seconds: seconds, ...rest } = told ?? {};
    assert.ok(typeof seconds === "number" && seconds >= 45 && seconds < 75, `${seconds}`);
    assert.equal(seconds, Math.round(seconds * 10) / 10);
    assert.deepEqual(rest, {
      task_id: work.project_id,
      status: "completed",
      webhook_type: "video_generation_completed",
      video_url: `https://made.test/${work.step_id}.mp4`,
      model: "minimax-video",
      prompt: "A serene mountain landscape with clouds",
    });
  }),
);

Deno.test(
  "video_body tells a failed and a cancelled video with the reason, under the same webhook_type",
  onDatabase(async ({ sql, db, aClaimedClip, aProject }) => {
    const work = await aClaimedClip(JOB);
    await fail(db, work, { message: "Insufficient credits for video generation" });
    const cancelled = await aProject({ ...JOB, video_id: "video-2" });
    await cancelVideoTask(db, cancelled);

    const same = {
      webhook_type: "video_generation_completed",
      model: "minimax-video",
      prompt: "A serene mountain landscape with clouds",
    };
    assert.deepEqual(await bodiesOf(sql), [
      {
        task_id: work.project_id,
        status: "failed",
        error: "Scene 1: Insufficient credits for video generation",
        ...same,
      },
      {
        task_id: cancelled,
        status: "cancelled",
        error: "Video generation was cancelled by user request",
        ...same,
      },
    ]);
  }),
);

Deno.test(
  "video_body tells progress with an estimate of what remains",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip({ ...JOB, events: ["video.generation.progress"] });
    await moveClock(sql, 60);
    await callback(db, work, { result: { state: "in_progress", progress: 50 } });

    const [told] = await bodiesOf(sql);
    const { estimated_seconds_remaining: left, ...rest } = told ?? {};
    assert.deepEqual(rest, {
      task_id: work.project_id,
      status: "processing",
      webhook_type: "video_generation_progress",
      progress_percentage: 45,
      message: "Rendering video content",
    });
    assert.ok(Number.isInteger(left) && Number(left) >= 73 && Number(left) < 100, `${left}`);
  }),
);

Deno.test(
  "video_body tells what remains of a video that comes to its first percent after most of a year",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip({ ...JOB, events: ["video.generation.progress"] });
    const days = 260;
    await moveClock(sql, days * 86_400);
    await callback(db, work, { result: { state: "in_progress", progress: 2 } });

    const [told] = await bodiesOf(sql);
    assert.equal(told?.progress_percentage, 1);
    const left = Number(told.estimated_seconds_remaining);
    assert.ok(Math.abs(left - 99 * days * 86_400) < 99 * 60, `${left}`);
  }),
);

Deno.test(
  "video_body is for jobs of its own door alone",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await fail(db, await aClaimedClip({ ...JOB, via: "webhook" }));

    const [told] = await bodiesOf(sql);
    assert.equal(told?.type, "video.generation.failed");
    assert.equal(told?.webhook_type, undefined);
  }),
);
