import assert from "node:assert/strict";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { aJob, inputsOf, makeFilm, MUSIC, outputs, SERVICES } from "./sound_films.ts";
import { callback, claim, complete, fail, moveClock, submit } from "./verbs.ts";

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
  "captions whose signed URLs will soon open no more are written once more where a film goes on",
  onDatabase(async (given) => {
    const { db, sql } = given;
    for (const [captions, days] of [["files", 2], ["burn", 6]] as const) {
      const job = { scenes: ["cut", "cut"] as ["cut", "cut"], film_options: { captions } };
      const id = await aJob(given, { ...job, video_id: captions });
      const providers = { ...SERVICES, burn_captions: "stitch" } as const;
      let stitch: StepWork | undefined;
      while (!stitch) {
        for (const work of await claim(db, { providers })) {
          if (work.step === "stitch") stitch = work;
          else if (work.attempt.provider === "storage") await complete(db, work);
          else {
            await submit(db, work);
            await callback(db, work);
          }
        }
      }
      await sql`
        update private.film_parts
        set output = '{"srt_url": "https://x.test/object/sign/1.srt", "vtt_url": "https://x.test/object/sign/1.vtt"}'
        where project_id = ${id} and kind = 'store_captions'`;
      await fail(db, stitch);
      await moveClock(sql, days * 86_400);
      await sql`select public.retry_project(${id})`;

      const rounds = await makeFilm(given, id, providers);

      assert.equal(inputsOf(rounds).store_captions?.length, 1, captions);
      assert.equal((await projectOf(sql, id)).status, "completed");
      assert.deepEqual(await brokenInvariants(sql), []);
    }
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
