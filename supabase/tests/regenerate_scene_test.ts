import assert from "node:assert/strict";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { aFilm, claimOf, drive, finish, refusalOf, sceneIdsOf, takesOf, triesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, fail, submit } from "./verbs.ts";

const CHAIN = { scenes: ["last_frame", "last_frame", "last_frame", "cut"] } as const;
const chain = () => ({ scenes: [...CHAIN.scenes] });

Deno.test(
  "regenerate_scene makes a take of the scene and what is chained to it; the cut ones stay",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, chain());
    const before = await projectOf(sql, projectId);
    const [, second, third] = await sceneIdsOf(sql, projectId);
    assert(second && third);

    const answer = await regenerateScene(db, second, {});

    assert.deepEqual(answer, {
      project_id: projectId,
      was: "completed",
      status: "generating",
      requests_given_up: 0,
      take: 2,
      scenes: [second, third],
    });
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED*",
      "2.1 COMPLETED",
      "2.2 PENDING*",
      "3.1 COMPLETED",
      "3.2 PENDING*",
      "4.1 COMPLETED*",
    ]);
    assert.deepEqual(await scenesOf(sql, projectId), [
      "completed",
      "pending",
      "pending",
      "completed",
    ]);
    assert.equal((await projectOf(sql, projectId)).final_video_url, before.final_video_url);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "regenerate_scene: the new take starts from the frame before it, and the film is stitched anew",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, chain());
    const before = await projectOf(sql, projectId);
    const [first, second] = await sceneIdsOf(sql, projectId);
    const [frame] = await sql`select last_frame_url from public.scenes where scene_id = ${
      first ?? ""
    }`;

    await regenerateScene(db, second ?? "", {});
    const clip = await claimOf(given, projectId, "generate_clip");
    assert.equal(clip.attempt.input.image_url, frame?.last_frame_url);
    await finish(given, clip);
    assert.equal((await projectOf(sql, projectId)).final_video_url, before.final_video_url);
    await drive(given, projectId);

    const after = await projectOf(sql, projectId);
    assert.notEqual(after.final_video_url, before.final_video_url);
    assert.deepEqual(
      [
        await triesOf(sql, projectId, "generate_clip"),
        await triesOf(sql, projectId, "extract_last_frame"),
        await triesOf(sql, projectId, "stitch"),
        await triesOf(sql, projectId, "extract_thumbnail"),
      ],
      [6, 3, 2, 1],
    );
    const told = await sql`select type from public.webhook_deliveries`;
    assert.equal(told.length, 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "regenerate_scene takes another prompt, image or set of clips for this scene alone",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "last_frame"] });
    const [first] = await sceneIdsOf(sql, projectId);
    const clip = (duration: number) => ({
      model: "own/model",
      prompt: "At night",
      duration,
      driver_video_url: null,
      audio_url: null,
    });

    await regenerateScene(db, first ?? "", {
      prompt: "At night",
      image_url: "https://images.test/night.png",
      chunks: [clip(10), clip(5)],
    });

    const made = await sql`
      select scenes.position, video_chunks.position as part, model, video_chunks.prompt,
        video_chunks.duration::int
      from public.video_chunks join public.scenes using (scene_id)
      where selected order by scenes.position, video_chunks.position`;
    assert.deepEqual([...made], [
      { position: 1, part: 1, model: "own/model", prompt: "At night", duration: 10 },
      { position: 1, part: 2, model: "own/model", prompt: "At night", duration: 5 },
      { position: 2, part: 1, model: "fal-ai/some-model", prompt: "Scene 2, part 1", duration: 5 },
    ]);
    const work = await claimOf(given, projectId, "generate_clip");
    assert.equal(work.attempt.input.image_url, "https://images.test/night.png");
    await finish(given, work);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "extract_thumbnail"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "regenerate_scene from the image that a shared keyframe has already pays for no clip before it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "shared_keyframe"] });
    const [first, second = ""] = await sceneIdsOf(sql, projectId);

    const same = await regenerateScene(db, second, {
      image_url: "https://images.test/start.png",
    });
    await drive(given, projectId);
    const other = await regenerateScene(db, second, { image_url: "https://images.test/1.png" });
    await drive(given, projectId);
    const again = await regenerateScene(db, second, { image_url: "https://images.test/1.png" });

    assert.deepEqual([same.scenes, other.scenes, again.scenes], [
      [second],
      [first, second],
      [second],
    ]);
  }),
);

Deno.test(
  "regenerate_scene while its clip is under way gives that request up, and its callback is stale",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const old = await aSubmittedClip({ scenes: ["cut", "last_frame"] });
    const projectId = old.project_id;
    const [first] = await sceneIdsOf(sql, projectId);

    const answer = await regenerateScene(db, first ?? "", {});

    assert.deepEqual([answer.was, answer.requests_given_up], ["generating", 1]);
    assert.equal((await callback(db, old)).outcome, "stale");
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 CANCELLED",
      "1.2 PENDING*",
      "2.1 CANCELLED",
      "2.2 PENDING*",
    ]);
    await drive(given, projectId);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "regenerate_scene keeps a project that nobody has begun queued",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const claimed = await aClaimedClip();
    const [scene] = await sceneIdsOf(sql, claimed.project_id);

    const answer = await regenerateScene(db, scene ?? "", {});

    assert.equal(answer.status, "queued");
    assert.equal(await submit(db, claimed), "stale");
    assert((await stepsOf(sql, claimed.project_id)).includes("cancel_request queued"));
    await drive(given, claimed.project_id);
  }),
);

Deno.test(
  "regenerate_scene in a failed film asks for what failed beside it, too",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "cut", "cut"] });
    const [done, refused] = await claim(db);
    assert(done && refused);
    await finish(given, done);
    await fail(db, refused, { message: "NSFW" });
    const [, , third] = await sceneIdsOf(sql, projectId);

    await regenerateScene(db, third ?? "", { prompt: "Something else" });

    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED*",
      "2.1 PENDING*",
      "3.1 CANCELLED",
      "3.2 PENDING*",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 5);
  }),
);

Deno.test(
  "regenerate_scene in a film that is being stitched gives the stitch up",
  onDatabase(async (given) => {
    const { db, sql, aFilmInStitching } = given;
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    for (const work of await claim(db)) await submit(db, work);
    const [, second] = await sceneIdsOf(sql, projectId);

    const answer = await regenerateScene(db, second ?? "", {});

    assert.deepEqual([answer.was, answer.status], ["stitching", "generating"]);
    assert.equal(answer.requests_given_up, 2);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "stitch"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "regenerate_scene refuses a paused film, an image for a chained scene, an unknown scene",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "last_frame"] });
    const [first, second] = await sceneIdsOf(sql, projectId);
    const before = await takesOf(sql, projectId);

    assert.equal(
      await refusalOf(regenerateScene(db, second ?? "", { image_url: "https://images.test/1" })),
      `RL400 Cannot regenerate scene "${second}" from an image: it starts from the last frame of the scene before it`,
    );
    await changeProject(db, "pause", { projectId, reason: null });
    assert.equal(
      await refusalOf(regenerateScene(db, first ?? "", {})),
      `RL409 Cannot regenerate scene "${first}": its project is paused, and has to be resumed first`,
    );
    assert.equal(
      await refusalOf(regenerateScene(db, "nobody", {})),
      'RL404 Cannot regenerate scene "nobody": no such scene',
    );
    assert.deepEqual(await takesOf(sql, projectId), before);
    assert.equal(only(await sql`select status from public.projects`).status, "paused");
  }),
);
