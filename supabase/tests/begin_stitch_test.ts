import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { chunksOf } from "./look.ts";
import { claim } from "./verbs.ts";

Deno.test(
  "begin_stitch asks for the film of all clips in order, and for the first one's first frame",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const projectId = await aFilmInStitching({ scenes: ["last_frame", "cut"], clips: 2 });

    const works = await claim(db);

    const urls = (await chunksOf(sql, projectId)).map(({ kling_video_url }) => kling_video_url);
    assert.equal(urls.length, 4);
    const inputs = Object.fromEntries(works.map(({ step, attempt }) => [step, attempt.input]));
    assert.deepEqual(Object.keys(inputs).toSorted(), ["extract_thumbnail", "stitch"]);
    assert.deepEqual(inputs.stitch?.video_urls, urls);
    assert.equal(inputs.stitch?.aspect_ratio, "16:9");
    assert.equal(inputs.extract_thumbnail?.video_url, urls[0]);
  }),
);

Deno.test(
  "begin_stitch does not stitch one clip alone",
  onDatabase(async ({ db, aFilmInStitching }) => {
    await aFilmInStitching();

    assert.deepEqual((await claim(db)).map(({ step }) => step), ["extract_thumbnail"]);
  }),
);
