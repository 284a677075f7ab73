import assert from "node:assert/strict";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { claimOf, sceneIdsOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf, type JobOptions } from "./job_of.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { priceClips } from "./prices.ts";
import { makeFilm } from "./sound_films.ts";
import { callback, claim, complete, fail, submit } from "./verbs.ts";

const CHECKED: JobOptions = {
  scenes: ["last_frame", "last_frame"],
  film_options: { check_frames: true },
};
const PLAIN = { image_url: "https://made.test/black.jpg", is_plain: true, bytes_per_pixel: 0.006 };

Deno.test(
  "a last frame is looked at before it is handed over, where the job asks for that alone",
  onDatabase(async (given) => {
    const frame = await aFrame(given, { ...CHECKED, film_options: {} });
    const [next] = await claim(given.db);
    assert.deepEqual([next?.step, next?.attempt.input.image_url], ["generate_clip", frame]);

    const checked = await aFrame(given, { ...CHECKED, video_id: "checked" });
    const [look] = await claim(given.db);
    assert.deepEqual(
      [look?.step, look?.attempt.provider, look?.attempt.input.image_url],
      ["check_frame", "storage", checked],
    );
    assert(look);
    await complete(given.db, look);
    const [clip] = await claim(given.db);
    assert.deepEqual([clip?.step, clip?.attempt.input.image_url], ["generate_clip", checked]);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "in place of a frame that shows nothing the next scene begins from the job's image, and somebody is told",
  onDatabase(async (given) => {
    await aFrame(given, CHECKED);
    await seesNothing(given);

    const [clip] = await claim(given.db);
    assert.equal(clip?.attempt.input.image_url, "https://images.test/start.png");
    const [error] = await given.sql`select type, severity, message from public.error_logs`;
    assert.deepEqual({ ...error }, {
      type: "frame",
      severity: "warning",
      message: "The clip ends in a frame that is almost of one colour",
    });
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "what goes on within a scene begins from that scene's image, and not from the next one's",
  onDatabase(async (given) => {
    const own = "https://images.test/own.png";
    const images = [own, "https://images.test/other.png"];
    const job = jobOf({ ...CHECKED, clips: 2, image_url: null });
    for (const [n, scene] of job.scenes.entries()) scene.image_url = images[n] ?? null;
    await createProject(given.db, job);
    for (let left = 2; left > 0; left--) {
      const [work] = await claim(given.db);
      assert(work);
      await pass(given, work);
    }
    await seesNothing(given);

    const [clip] = await claim(given.db);
    assert.deepEqual(
      [clip?.attempt.input.prompt, clip?.attempt.input.image_url],
      ["Scene 1, part 2", own],
    );
  }),
);

Deno.test(
  "the image that a scene begins from in a frame's place has the film's shape, where it was brought to it",
  onDatabase(async (given) => {
    const { db } = given;
    await given.aProject({ ...CHECKED, reframe_to: "16:9" });
    const [still] = await claim(db);
    assert(still?.step === "reframe_image");
    await pass(given, still);
    for (let left = 2; left > 0; left--) {
      const [work] = await claim(db);
      assert(work);
      await pass(given, work);
    }
    await seesNothing(given);

    const [clip] = await claim(db);
    assert.equal(clip?.attempt.input.image_url, `https://made.test/${still.step_id}.png`);
  }),
);

Deno.test(
  "without any image the film fails before more is paid",
  onDatabase(async (given) => {
    await aFrame(given, { ...CHECKED, image_url: null });
    const id = await seesNothing(given);

    assert.deepEqual(await claim(given.db), []);
    const film = await projectOf(given.sql, id);
    assert.equal(film.status, "failed");
    assert.match(String(film.error_message), /^Scene 1: The clip ends in a frame/);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "a frame that is being looked at is extracted once, and the clip that begins from it is paid for once",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const clip = await given.aClaimedClip({ ...CHECKED, scenes: ["cut", "cut"], clips: 2 });
    const projectId = clip.project_id;
    await submit(db, clip);
    await callback(db, clip);
    for (const verb of ["cancel", "retry"] as const) {
      await changeProject(db, verb, { projectId, reason: null });
    }
    const frame = await claimOf(given, projectId, "extract_last_frame");
    await submit(db, frame);
    await callback(db, frame);

    await regenerateScene(db, (await sceneIdsOf(sql, projectId))[1] ?? "", {});
    const works = await claim(db);
    const late = works.filter(({ step }) => step === "extract_last_frame");
    for (const work of works) if (!late.includes(work)) await pass(given, work);
    for (const work of [...await claim(db), ...late]) await pass(given, work);
    await makeFilm(given, projectId);

    const tries = await sql`
      select kind, count(*)::int as n from private.attempts join private.steps using (step_id)
      where steps.scene_id = (select scene_id from private.steps where step_id = ${clip.step_id})
      group by kind order by kind`;
    assert.deepEqual(tries.map(({ kind, n }) => [kind, n]), [
      ["check_frame", 1],
      ["extract_last_frame", 1],
      ["generate_clip", 2],
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a frame that is being looked at is paid for: it does not make the film dearer than it may be",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    // Three clips, the frame between two of them, and the thumbnail.
    const job = { scenes: ["cut", "last_frame", "cut"], max_cost_usd: 1.502 } satisfies JobOptions;
    await given.aProject({ ...CHECKED, ...job });
    const works = await claim(db);
    const clip = works.find(({ attempt }) => attempt.input.prompt === "Scene 1, part 1");
    const busy = works.find((work) => work !== clip);
    assert(clip && busy);
    await pass(given, clip);
    await pass(given, await claimOf(given, clip.project_id, "extract_last_frame"));

    await fail(db, busy, { message: "fal is busy", retryable: true });

    assert.equal((await projectOf(sql, clip.project_id)).status, "generating");
    await makeFilm(given, clip.project_id);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

/** The last frame of the first scene's clip, extracted. */
async function aFrame({ db, aSubmittedClip }: Given, options: JobOptions): Promise<string> {
  await callback(db, await aSubmittedClip(options));
  const [frame] = await claim(db);
  assert(frame?.step === "extract_last_frame");
  await submit(db, frame);
  await callback(db, frame);
  return `https://made.test/${frame.step_id}.png`;
}

async function pass({ db }: Given, work: StepWork): Promise<void> {
  if (work.attempt.provider === "storage") return void await complete(db, work);
  await submit(db, work);
  await callback(db, work);
}

async function seesNothing({ db }: Given): Promise<string> {
  const [look] = await claim(db);
  assert(look?.step === "check_frame");
  await recordAnswer(db, look, { state: "completed", output: PLAIN });
  return look.project_id;
}
