import assert from "node:assert/strict";
import type { Provider, StepKind, StepWork } from "../functions/_shared/transitions/steps.ts";
import { regenerateScene } from "../functions/_shared/management.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf, type JobOptions } from "./job_of.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { callback, claim, complete, fail, outputOf, PROVIDERS, submit } from "./verbs.ts";

const MUSIC = { url: "https://music.test/bed.mp3", volume: 0.25, ducking: true };
const SERVICES = {
  ...PROVIDERS,
  stitch: "stitch",
  mux_audio: "stitch",
  mix_music: "stitch",
} as const;

Deno.test(
  "a film with everything: voices beside the clips, then sound, captions, cut, music, burning, storing",
  onDatabase(async (given) => {
    const id = await aJob(given, {
      scenes: ["cut", "cut"],
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french", music: MUSIC, captions: "burn" },
    });

    const rounds = await makeFilm(given, id);

    assert.deepEqual(rounds.map((works) => works.map(({ step }) => step).toSorted()), [
      ["generate_clip", "generate_clip", "generate_voice", "generate_voice"],
      ["extract_thumbnail", "mux_audio", "mux_audio"],
      ["store_captions"],
      ["stitch"],
      ["mix_music"],
      ["burn_captions"],
    ]);
    const made = outputs(rounds);
    const inputs = inputsOf(rounds);
    // What is due at the same time comes in any order.
    const voice = inputs.generate_voice?.findIndex(({ text }) => text === "Words 1") ?? -1;
    const clip = inputs.generate_clip?.findIndex(({ prompt }) => prompt === "Scene 1, part 1") ??
      -1;
    const audio_url = made.generate_voice?.[voice]?.audio_url;
    const mux = inputs.mux_audio?.findIndex((input) => input.audio_url === audio_url) ?? -1;
    assert.deepEqual(inputs.generate_voice?.[voice], {
      text: "Words 1",
      model: "fal-ai/kokoro/french",
      voice: null,
    });
    assert.deepEqual(inputs.mux_audio?.[mux], {
      audio_url,
      video_urls: [made.generate_clip?.[clip]?.video_url],
      lengths: [5],
      seconds: 5,
    });
    assert.deepEqual(
      inputs.stitch?.[0]?.video_urls,
      [mux, 1 - mux].map((n) => made.mux_audio?.[n]?.video_url),
    );
    assert.equal(inputs.mix_music?.[0]?.video_url, made.stitch?.[0]?.video_url);
    assert.deepEqual(inputs.burn_captions?.[0], {
      video_url: made.mix_music?.[0]?.video_url,
      captions_url: made.store_captions?.[0]?.srt_url,
    });
    const film = await projectOf(given.sql, id);
    assert.deepEqual(
      [film.status, film.final_video_url],
      ["completed", made.burn_captions?.[0]?.video_url],
    );
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "a film without any of it takes the road that it always took, its inputs unchanged",
  onDatabase(async (given) => {
    const id = await aJob(given, { scenes: ["cut", "last_frame"] });

    const rounds = await makeFilm(given, id);

    const stitch = rounds.flat().find(({ step }) => step === "stitch");
    assert.deepEqual(Object.keys(stitch?.attempt.input ?? {}).toSorted(), [
      "aspect_ratio",
      "is_film",
      "project_id",
      "video_urls",
    ]);
    const clip = rounds.flat().find(({ step }) => step === "generate_clip");
    assert.deepEqual(Object.keys(clip?.attempt.input ?? {}).toSorted(), [
      ...["aspect_ratio", "audio_url", "chunk_id", "driver_video_url", "duration", "image_url"],
      ...["model", "project_id", "prompt", "scene_id"],
    ]);
    const kinds = new Set(rounds.flat().map(({ step }) => step));
    assert.deepEqual([...kinds].toSorted(), [
      "extract_last_frame",
      "extract_thumbnail",
      "generate_clip",
      "stitch",
      "store_film",
    ]);
  }),
);

Deno.test(
  "the last thing that a stitch service does to a film makes the film, nothing before it",
  onDatabase(async (given) => {
    const scenes: JobOptions["scenes"] = ["cut", "cut"];
    const mixed = await aJob(given, { scenes, film_options: { music: MUSIC } });
    const rounds = await makeFilm(given, mixed, SERVICES);

    assert.deepEqual(rounds.slice(1).map((works) => works.map(({ step }) => step).toSorted()), [
      ["extract_thumbnail", "stitch"],
      ["mix_music"],
    ]);
    const [mix] = outputs(rounds).mix_music ?? [];
    assert.equal((await projectOf(given.sql, mixed)).final_video_url, mix?.video_url);

    const film_options = { music: MUSIC, captions: "burn" } as const;
    const burnt = await aJob(given, { scenes, film_options, video_id: "burnt" });
    const more = await makeFilm(given, burnt, SERVICES);

    const films = more.flat().filter(({ attempt }) => attempt.input.is_film);
    assert.deepEqual(films.map(({ step }) => step), ["burn_captions"]);
    const [burn] = outputs(more).burn_captions ?? [];
    assert.equal((await projectOf(given.sql, burnt)).final_video_url, burn?.video_url);
    assert.deepEqual(await brokenInvariants(given.sql), []);
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

type SoundJob = JobOptions & {
  /** Every scene has a voice-over. */
  speak?: boolean;
  words?: string[];
  audio?: (string | null)[];
  fades?: boolean;
};

async function aJob(
  { db }: Given,
  { speak = false, words, audio = [], fades = false, ...options }: SoundJob,
): Promise<string> {
  const job = jobOf(options);
  for (const [n, scene] of job.scenes.entries()) {
    if (speak) scene.voice_over = words?.[n] ?? `Words ${n + 1}`;
    if (audio[n]) scene.audio_url = audio[n];
    if (fades && n > 0) scene.transition = "fade";
  }
  return (await createProject(db, job)).project_id;
}

/** Completes whatever is due, round after round, until nothing is. */
async function makeFilm(
  { db }: Given,
  projectId: string,
  providers: Partial<Record<StepKind, Provider>> = PROVIDERS,
): Promise<StepWork[][]> {
  const rounds: StepWork[][] = [];
  for (;;) {
    const works = (await claim(db, { providers })).filter((work) => work.project_id === projectId);
    if (works.length === 0) return rounds;
    rounds.push(works);
    for (const work of works) {
      if (work.attempt.provider === "storage") await complete(db, work);
      else {
        await submit(db, work);
        await callback(db, work);
      }
    }
  }
}

function outputs(rounds: StepWork[][]) {
  return grouped(rounds, (work) => outputOf(work));
}

function inputsOf(rounds: StepWork[][]) {
  return grouped(rounds, ({ attempt }) => {
    const { project_id: _p, scene_id: _s, chunk_id: _c, is_film: _f, ...input } = attempt.input;
    return input;
  });
}

function grouped<T>(rounds: StepWork[][], of: (work: StepWork) => T): Record<string, T[]> {
  const all: Record<string, T[]> = {};
  const sorted = rounds.flat().toSorted((a, b) => a.step_id < b.step_id ? -1 : 1);
  for (const work of sorted) (all[work.step] ??= []).push(of(work));
  return all;
}
