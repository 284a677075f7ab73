import assert from "node:assert/strict";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { drive } from "./drive.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { aJob, inputsOf, makeFilm, MUSIC } from "./sound_films.ts";
import { callback, claim, fail, submit } from "./verbs.ts";

Deno.test(
  "a later version makes again only what changed: voice and sound of one scene, and the cut",
  onDatabase(async (given) => {
    const job = {
      scenes: ["cut", "cut", "cut"],
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french", music: MUSIC },
    } as const;
    await makeFilm(given, await aJob(given, { ...job, scenes: [...job.scenes] }));

    const second = await aJob(given, {
      ...job,
      scenes: [...job.scenes],
      is_revision: true,
      words: ["Words 1", "Other", "Words 3"],
    });
    const rounds = await makeFilm(given, second);

    assert.deepEqual(rounds.flat().map(({ step }) => step).toSorted(), [
      "generate_voice",
      "mix_music",
      "mux_audio",
      "stitch",
      "store_film",
    ]);
    assert.equal(inputsOf(rounds).generate_voice?.[0]?.text, "Other");
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "a later version is not estimated at what is there: one voice, one scene's sound, a mix",
  onDatabase(async (given) => {
    const scenes = (): "cut"[] => ["cut", "cut"];
    const { url: _, ...mixed_in } = MUSIC;
    const film_options = {
      speech_model: "fal-ai/kokoro/french",
      music: { ...mixed_in, prompt: "A waltz", model: "fal-ai/lyria2", loudness: -30 },
    };
    const first = await aJob(given, { scenes: scenes(), speak: true, film_options });
    const left = async (id: string) => {
      const rows = await given.sql`select kind from private.remaining_sound(${id}) order by kind`;
      return rows.map(({ kind }) => kind);
    };
    const each = ["generate_voice", "generate_voice"];
    const mixed = ["mix_music", "mux_audio"];
    assert.deepEqual(await left(first), [
      ...["generate_music", ...each, "level_music", ...mixed, "mux_audio"],
    ]);
    await makeFilm(given, first);

    const words = ["Words 1", "Other"];
    const second = await aJob(given, {
      ...{ scenes: scenes(), speak: true, film_options, is_revision: true, words },
    });
    assert.deepEqual(await left(second), ["generate_voice", ...mixed]);
  }),
);

Deno.test(
  "a film in earnest has its own voices and music, whatever was tried out in test mode before",
  onDatabase(async (given) => {
    const job = { speak: true, film_options: { speech_model: "fal-ai/kokoro/french" } };
    await makeFilm(given, await aJob(given, { ...job, execution_mode: "test" }));

    const earnest = await makeFilm(given, await aJob(given, job));
    const again = await makeFilm(given, await aJob(given, { ...job, is_revision: true }));

    const voices = (rounds: StepWork[][]) =>
      rounds.flat().filter(({ step }) => step === "generate_voice").length;
    assert.deepEqual([voices(earnest), voices(again)], [1, 0]);
  }),
);

Deno.test(
  "two versions that are made at once: what the second one's voice brings changes nothing about the first",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const job = {
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french", captions: "files" as const },
    };
    const [first, second] = [await aJob(given, job), await aJob(given, job)];
    const works = await claim(db);
    for (const work of works) await submit(db, work);
    for (const work of works.filter(({ project_id }) => project_id === first)) {
      await callback(db, work);
    }
    await makeFilm(given, first);
    const captions = () => sql`select public.read_task(${first}, null, true) -> 'captions' as urls`;
    const before = await captions();

    for (const work of works.filter(({ project_id }) => project_id === second)) {
      await callback(db, work);
    }

    assert.deepEqual(await captions(), before);
    await makeFilm(given, second);
    assert.equal((await projectOf(sql, second)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "another take pays for no voice and no music that is being made, and the film has them",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const id = await aJob(given, {
      scenes: ["cut", "cut"],
      speak: true,
      film_options: {
        speech_model: "fal-ai/kokoro/french",
        music: { prompt: "A waltz", model: "fal-ai/lyria2", volume: 0.25, ducking: false },
      },
    });
    const works = await claim(db);
    for (const work of works) await submit(db, work);
    const [scene] = await sql`select scene_id from public.scenes where position = 1`;

    const { requests_given_up } = await regenerateScene(db, scene?.scene_id, {});

    assert.equal(requests_given_up, 1, "the clip's");
    const [left] = await sql`
      select 'fal-ai/kokoro/french' = any (unpriced) as is_voice from private.estimate_film(${id})`;
    assert.equal(left?.is_voice, false, "voices that are being made are no work that is left");
    for (const work of works) {
      await callback(db, work);
    }
    const rounds = await makeFilm(given, id);
    assert.equal((await projectOf(sql, id)).status, "completed");
    const sounds = rounds.flat().filter(({ step }) => /voice|generate_music/.test(step));
    assert.deepEqual(sounds, []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a longer take asks for longer music, and what was asked for before is given up, or not begun",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    for (const isBegun of [true, false]) {
      const id = await aJob(given, {
        video_id: `video-${isBegun}`,
        film_options: {
          music: { prompt: "A waltz", model: "fal-ai/lyria2", volume: 0.25, ducking: false },
        },
      });
      const works = isBegun ? await claim(db) : [];
      for (const work of works) await submit(db, work);
      const [scene] = await sql`select scene_id from public.scenes where project_id = ${id}`;

      const { requests_given_up } = await regenerateScene(db, scene?.scene_id, {
        chunks: [{
          model: "fal-ai/some-model",
          prompt: "Longer",
          duration: 10,
          driver_video_url: null,
          audio_url: null,
        }],
      });

      assert.equal(requests_given_up, isBegun ? 2 : 0, "the clip's and the music's");
      const [film] = await sql`
        select estimated_cost_usd::float8 as usd from public.projects where project_id = ${id}`;
      // A clip of ten seconds, music, a mix and the first frame; and what was given up.
      assert.equal(film?.usd, isBegun ? 2.304 : 1.404);
      await drive(given, id);
      assert.equal((await ledgerOf(sql, id)).spent, film?.usd);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "cancelling gives up what is under way for the sound, too",
  onDatabase(async ({ db, sql, ...given }) => {
    const id = await aJob({ db, sql, ...given }, {
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french", music: { ...MUSIC, loudness: -30 } },
    });
    for (const work of await claim(db)) await submit(db, work);

    await sql`select public.cancel_project(${id})`;

    const given_up = await sql<{ kind: string }[]>`
      select asked.kind from private.steps
      join private.attempts on attempts.attempt_id = steps.input ->> 'attempt_id'
      join private.steps as asked on asked.step_id = attempts.step_id
      where steps.kind = 'cancel_request' order by asked.kind`;
    assert.deepEqual(given_up.map(({ kind }) => kind), [
      "generate_clip",
      "generate_voice",
      "level_music",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "scenes of the same words are estimated at the one voice that is made for them all, before and after a refusal",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    const id = await aJob(given, {
      scenes: ["cut", "cut"],
      speak: true,
      words: ["Once upon a time", "Once upon a time"],
      film_options: { speech_model: "fal-ai/kokoro/french" },
    });
    const told = async () =>
      (await sql`
        select estimated_cost_usd::float8 as usd from public.projects where project_id = ${id}`)[0]
        ?.usd;
    const first = await told();
    await sql`update public.projects set max_cost_usd = estimated_cost_usd`;

    const voice = (await claim(db)).find(({ step }) => step === "generate_voice");
    assert(voice);
    await fail(db, voice, { retryable: true });

    assert.equal((await projectOf(sql, id)).status, "queued", "it costs no more than it did");
    assert.equal(await told(), first);
    await driveToTheEnd(db, sql);
    assert.equal((await ledgerOf(sql, id)).spent, first);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
