import assert from "node:assert/strict";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { sceneIdsOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { aJob, inputsOf, makeFilm, outputs, SERVICES } from "./sound_films.ts";
import { claim, fail } from "./verbs.ts";

Deno.test(
  "sound goes under a scene as a whole, and under none of a scene's single clips",
  onDatabase(async (given) => {
    const id = await aJob(given, { scenes: ["cut"], clips: 3, audio: ["https://a.test/1.mp3"] });

    const rounds = await makeFilm(given, id);

    const inputs = inputsOf(rounds);
    assert.equal(inputs.mux_audio?.length, 1);
    assert.deepEqual(inputs.mux_audio[0]?.lengths, [5, 5, 5]);
    // One piece alone is not joined.
    assert.equal(inputs.stitch, undefined);
    assert.equal(inputs.store_film?.[0]?.film_url, outputs(rounds).mux_audio?.[0]?.video_url);
    const [last] = await given.sql`
      select final_video_url from public.video_chunks where position = 3`;
    assert.equal(last?.final_video_url, outputs(rounds).mux_audio?.[0]?.video_url);
  }),
);

Deno.test(
  "last frames are taken from clips as they were generated: no sound or fade is on them yet",
  onDatabase(async (given) => {
    const id = await aJob(given, {
      scenes: ["cut", "last_frame"],
      audio: ["https://a.test/1.mp3", null],
      fades: true,
    });

    const rounds = await makeFilm(given, id, SERVICES);

    const inputs = inputsOf(rounds);
    const clips = outputs(rounds).generate_clip?.map(({ video_url }) => video_url);
    assert.equal(inputs.extract_last_frame?.[0]?.video_url, clips?.[0]);
    assert.deepEqual(inputs.stitch?.[0]?.transitions, ["cut", "fade"]);
    assert.deepEqual(inputs.stitch[0].video_urls, [
      outputs(rounds).mux_audio?.[0]?.video_url,
      clips?.[1],
    ]);
  }),
);

Deno.test(
  "music to order is as long as the film, and is levelled where nobody mixes with a volume",
  onDatabase(async (given) => {
    const music = { prompt: "A waltz", model: "fal-ai/lyria2", volume: 0.25, ducking: false };
    const id = await aJob(given, {
      scenes: ["cut", "cut"],
      film_options: { music: { ...music, loudness: -30 } },
    });

    const rounds = await makeFilm(given, id);

    const [inputs, made] = [inputsOf(rounds), outputs(rounds)];
    assert.deepEqual(inputs.generate_music, [
      { prompt: "A waltz", model: "fal-ai/lyria2", seconds: 10 },
    ]);
    assert.deepEqual(inputs.level_music, [
      { audio_url: made.generate_music?.[0]?.audio_url, loudness: -30 },
    ]);
    const { video_url: _, ...mix } = inputs.mix_music?.[0] ?? {};
    assert.deepEqual(mix, {
      music_url: made.level_music?.[0]?.audio_url,
      volume: null,
      ducking: false,
      has_sound: false,
      seconds: 10,
    });
    assert.equal((await projectOf(given.sql, id)).status, "completed");
  }),
);

Deno.test(
  "music lies beside the sound of a clip whose model followed a track, and takes its place in none",
  onDatabase(async (given) => {
    const music = { url: "https://music.test/bed.mp3", volume: 0.25, ducking: true, loudness: -36 };
    const job = jobOf({ scenes: ["cut", "cut"], film_options: { music } });
    const [clip] = job.scenes[1]?.chunks ?? [];
    assert(clip);
    clip.audio_url = "https://a.test/speech.mp3";
    const { project_id } = await createProject(given.db, job);

    const rounds = await makeFilm(given, project_id);

    const inputs = inputsOf(rounds);
    assert.equal(inputs.mux_audio, undefined);
    assert.equal(inputs.mix_music?.[0]?.has_sound, true);
  }),
);

Deno.test(
  "a sound track that the clip of a new take does not follow is put under it",
  onDatabase(async (given) => {
    const audio_url = "https://a.test/speech.mp3";
    const job = jobOf({ scenes: ["cut", "cut"] });
    const [clip] = job.scenes[1]?.chunks ?? [];
    assert(clip);
    clip.audio_url = audio_url;
    const { project_id } = await createProject(given.db, job);
    await makeFilm(given, project_id);

    const [, second = ""] = await sceneIdsOf(given.sql, project_id);
    await regenerateScene(given.db, second, { audio_url, chunks: [{ ...clip, model: "other" }] });
    const inputs = inputsOf(await makeFilm(given, project_id));

    assert.deepEqual(inputs.mux_audio?.map((input) => input.audio_url), [audio_url]);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "a voice that cannot be made fails the film with its scene, and a retry asks for it again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const id = await aJob(given, {
      scenes: ["cut", "cut"],
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french" },
    });
    for (const work of await claim(db)) {
      if (work.attempt.input.text === "Words 2") await fail(db, work, { message: "No such voice" });
    }
    const failed = await projectOf(sql, id);
    assert.deepEqual([failed.status, failed.error_message], ["failed", "Scene 2: No such voice"]);
    const open = await sql`select kind from private.steps
      where status in ('queued', 'running', 'waiting') and kind <> 'cancel_request'`;
    assert.deepEqual([...open], []);

    await sql`select public.retry_project(${id})`;
    await makeFilm(given, id);

    assert.equal((await projectOf(sql, id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
