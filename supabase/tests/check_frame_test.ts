import assert from "node:assert/strict";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { type Given, onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { callback, claim, complete, submit } from "./verbs.ts";

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

/** The last frame of the first scene's clip, extracted. */
async function aFrame({ db, aSubmittedClip }: Given, options: JobOptions): Promise<string> {
  await callback(db, await aSubmittedClip(options));
  const [frame] = await claim(db);
  assert(frame?.step === "extract_last_frame");
  await submit(db, frame);
  await callback(db, frame);
  return `https://made.test/${frame.step_id}.png`;
}

async function seesNothing({ db }: Given): Promise<string> {
  const [look] = await claim(db);
  assert(look?.step === "check_frame");
  await recordAnswer(db, look, { state: "completed", output: PLAIN });
  return look.project_id;
}
