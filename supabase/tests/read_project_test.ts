import assert from "node:assert/strict";
import { z } from "zod";
import {
  changeProject,
  readProject,
  readScene,
  regenerateScene,
} from "../functions/_shared/management/films.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { aFilm, drive, sceneIdsOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { claim, claimDeliveries, submit } from "./verbs.ts";

const Rows = z.array(z.record(z.string(), z.unknown()));
const Story = z.object({
  project: z.record(z.string(), z.unknown()),
  scenes: z.array(z.looseObject({
    position: z.number(),
    takes: z.array(z.object({ take: z.number(), selected: z.boolean(), chunks: Rows })),
  })),
  steps: z.array(
    z.looseObject({ kind: z.string(), due_at: z.string().nullable(), attempts: Rows }),
  ),
  callbacks: Rows,
  deliveries: z.array(z.looseObject({ url: z.string(), status: z.string(), tries: Rows })),
  timeline: Rows,
});

Deno.test(
  "read_project tells a film's story: takes, attempts, callbacks, deliveries, timeline",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "cut"] });
    const [first = ""] = await sceneIdsOf(sql, projectId);
    await regenerateScene(db, first, {});
    await drive(given, projectId);
    for (const delivery of await claimDeliveries(db)) {
      await recordDelivery(db, delivery, {
        status_code: 200,
        error: null,
        duration_ms: 3,
        response_excerpt: "ok",
        retry_after: null,
      });
    }

    const story = Story.parse(await readProject(db, projectId));

    assert.equal(story.project.status, "completed");
    assert.deepEqual(
      story.scenes.map(({ takes }) => takes.map(({ take, selected }) => [take, selected])),
      [[[1, false], [2, true]], [[1, true]]],
    );
    const kinds = story.steps.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "generate_clip").length, 3);
    assert(story.steps.every(({ attempts }) => attempts.length === 1));
    assert.equal(story.callbacks.length, story.steps.length - 2, "all but two stored films");
    assert.deepEqual(
      story.deliveries.map(({ status, tries }) => [status, tries.length]),
      [["delivering", 0], ["delivered", 1]],
    );
    assert.equal(story.timeline[0]?.type, "project.queued");
    assert.equal(story.timeline.at(-1)?.type, "delivery.delivered");
  }),
);

Deno.test(
  "read_project keeps the client's secrets and every token to itself",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, {
      callback_url: "https://client.test/callback?key=s3cret#s3cret",
      webhook_headers: { Authorization: "Bearer s3cret", "X-Client": "s3cret" },
      metadata: { webhookUrl: "https://n8n.test/hook?signature=s3cret", tag: "kept" },
    });
    await claimDeliveries(db);

    const text = JSON.stringify(await readProject(db, projectId));

    assert(!text.includes("s3cret"));
    assert(!text.includes("claim_token"));
    const { project, deliveries } = Story.parse(JSON.parse(text));
    assert.equal(project.callback_url, "https://client.test/callback?***");
    assert.equal(deliveries[0]?.url, "https://client.test/callback?***");
    assert.deepEqual(project.metadata, { webhookUrl: "https://n8n.test/hook?***", tag: "kept" });
    assert.deepEqual(project.webhook_header_names, ["X-Client", "Authorization"]);
    const tokens = await sql`
      select private.sign('attempt', attempt_id) as token from private.attempts
      union all select private.sign('task', project_id) from public.projects`;
    for (const { token } of tokens) assert(!text.includes(token));
  }),
);

Deno.test(
  "read_project shows no due time for what waits for a paused film",
  onDatabase(async ({ db, aProject }) => {
    const projectId = await aProject();
    await changeProject(db, "pause", { projectId, reason: null });

    const { steps } = Story.parse(await readProject(db, projectId));

    assert.deepEqual(steps.map(({ status, due_at }) => [status, due_at]), [["queued", null]]);
  }),
);

Deno.test(
  "read_project and read_scene know nothing of an id that is not there",
  onDatabase(async ({ db }) => {
    assert.equal(await readProject(db, "nobody"), null);
    assert.equal(await readScene(db, "nobody"), null);
  }),
);

Deno.test(
  "read_scene says what a scene's clips are asked for with, by its selected take",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "last_frame"], clips: 2 });
    const [first = "", second = ""] = await sceneIdsOf(sql, projectId);
    await submit(db, only(await claim(db)));
    await regenerateScene(db, first, { prompt: "At night" });

    assert.deepEqual(await readScene(db, first), {
      scene_id: first,
      prompt: "At night",
      is_chained: false,
      end_image_url: null,
      image_url: "https://images.test/start.png",
      aspect_ratio: "16:9",
      model: "fal-ai/some-model",
      duration: 10,
      driver_video_url: null,
      audio_url: null,
    });
    const chained = await readScene(db, second);
    assert.deepEqual([chained?.is_chained, chained?.prompt], [true, "Scene 2, part 1"]);
  }),
);
