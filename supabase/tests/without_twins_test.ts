import assert from "node:assert/strict";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { drive, triesOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { aJob, type SoundJob } from "./sound_films.ts";
import { callback, claim, fail, moveClock, submit } from "./verbs.ts";

const SOUND: SoundJob = {
  speak: true,
  film_options: {
    speech_model: "fal-ai/kokoro/french",
    music: { prompt: "A waltz", model: "fal-ai/lyria2", volume: 0.25, ducking: false },
  },
};

Deno.test(
  "two versions that are under way at once have one voice and one music made, and both films end",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const first = await aJob(given, SOUND);
    const second = await aJob(given, SOUND);

    const works = await claim(db);

    assert.deepEqual(soundsOf(works, first), ["generate_music", "generate_voice"]);
    assert.deepEqual(soundsOf(works, second), []);
    for (const work of works) {
      await submit(db, work);
      await callback(db, work);
    }
    await moveClock(sql, 16);
    for (const id of [second, first]) await drive(given, id);
    for (const kind of ["generate_voice", "generate_music"]) {
      assert.deepEqual(
        [await triesOf(sql, first, kind), await triesOf(sql, second, kind)],
        [1, 0],
        kind,
      );
    }
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a version whose twin's voice fails has it made itself",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const first = await aJob(given, SOUND);
    const second = await aJob(given, SOUND);
    const voice = (await claim(db)).find(({ step }) => step === "generate_voice");
    assert(voice?.project_id === first);

    await fail(db, voice);
    await moveClock(sql, 16);

    assert.deepEqual(soundsOf(await claim(db), second), ["generate_music", "generate_voice"]);
  }),
);

Deno.test(
  "what other users, other videos and tests have made is no reason to wait",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const ids = [
      await aJob(given, { ...SOUND, execution_mode: "test" }),
      await aJob(given, SOUND),
      await aJob(given, { ...SOUND, user_id: "user-2" }),
      await aJob(given, { ...SOUND, video_id: "video-2" }),
    ];

    const works = await claim(db);

    for (const id of ids) assert.equal(soundsOf(works, id).length, 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "of two claims at the same moment one has the voice made, and nobody waits",
  onDatabase(async (given) => {
    const { db, sql, openSession } = given;
    const [one, other] = [await openSession(), await openSession()];
    const first = await aJob(given, SOUND);
    await one.sql`begin`;
    const works = await claim(one.db);
    const second = await aJob(given, SOUND);

    const others = await claim(other.db);
    await one.sql`commit`;

    assert.deepEqual([soundsOf(works, first).length, soundsOf(others, second).length], [2, 0]);
    await finishAll(given, [...works, ...others]);
    await moveClock(sql, 16);
    for (const id of [first, second]) {
      await drive(given, id);
      assert.equal((await projectOf(sql, id)).status, "completed");
    }
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

function soundsOf(works: StepWork[], projectId: string): string[] {
  return works.filter(({ project_id, step }) =>
    project_id === projectId && /voice|music/.test(step)
  )
    .map(({ step }) => step).toSorted();
}

async function finishAll({ db }: Given, works: StepWork[]): Promise<void> {
  for (const work of works) {
    await submit(db, work);
    await callback(db, work);
  }
}
