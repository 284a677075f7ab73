import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { stepsOf } from "./look.ts";
import { callback } from "./verbs.ts";

const IMAGES = [
  { url: "https://x.test/1.png", width: 1024, height: 576 },
  { url: "https://x.test/2.png", width: null, height: null },
];

Deno.test(
  "keep_images keeps images that a project of ours asked for in its own way, and moves nothing on",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const before = await stepsOf(sql, work.project_id);

    const answer = await callback(db, work, {
      token: null,
      result: { request_id: "own", project_id: work.project_id, output: { images: IMAGES } },
    });

    assert.equal(answer.outcome, "applied");
    const media =
      await sql`select project_id, type, url, width, height from public.media order by url`;
    assert.deepEqual(
      [...media],
      IMAGES.map((image) => ({
        project_id: work.project_id,
        type: "generated-image",
        ...image,
      })),
    );
    assert.deepEqual(await stepsOf(sql, work.project_id), before);
  }),
);

Deno.test(
  "keep_images keeps a request's images once, however often and however dated they come",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const send = async (images: typeof IMAGES, nonce: string) => {
      const result = { request_id: "own", project_id: work.project_id, output: { images } };
      return (await callback(db, work, { token: null, delivery_id: nonce, result })).outcome;
    };

    const outcomes = [
      await send(IMAGES, "first"),
      await send(IMAGES, "dated anew"),
      await send(IMAGES.toReversed(), "in another order"),
      await send(IMAGES.slice(0, 1), "another result"),
    ];

    assert.deepEqual(outcomes, ["applied", "duplicate", "duplicate", "stale"]);
    assert.equal((await sql`select from public.media`).length, IMAGES.length);
  }),
);

Deno.test(
  "keep_images leaves images of nobody's project, and failures, to be buffered",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const images = { request_id: "own", output: { images: IMAGES } };
    const others = [
      { ...images, project_id: "proj_another" },
      { ...images, project_id: null },
      { ...images, project_id: work.project_id, state: "failed" as const },
    ];

    for (const result of others) {
      assert.equal((await callback(db, work, { token: null, result })).outcome, "buffered");
    }
    assert.equal((await sql`select from public.media`).length, 0);
  }),
);
