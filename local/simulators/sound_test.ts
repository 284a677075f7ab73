import assert from "node:assert/strict";
import { blackStretches, meanVolume } from "./loudness.ts";
import { burnCaptions, cutFilm } from "./cut.ts";
import { makeClip, saveFrame } from "./media.ts";
import { makePicture } from "./picture.ts";
import { mediaSeconds, probe, soundSeconds } from "./probe.ts";
import {
  levelSound,
  makeMusic,
  makeSpeech,
  mixMusic,
  putSoundUnder,
  speechSeconds,
} from "./sound.ts";
import { ssim } from "./ssim.ts";

const SIZE = { width: 160, height: 90 };
const SECONDS = 2;
const SILENCE = -60;

Deno.test("speech is as long as its words take", async () => {
  await inStudio(async ({ path }) => {
    for (const text of ["One", "One two three four five six seven eight"]) {
      const speech = path("mp3");
      await makeSpeech({ text, voice: "any", path: speech });

      assert.ok(Math.abs(await mediaSeconds(speech) - speechSeconds(text)) < 0.1, text);
      assert.ok(await meanVolume(speech) > -30);
    }
  });
});

Deno.test("under a clip a longer sound is cut off at its end, a shorter one followed by silence", async () => {
  await inStudio(async ({ path, clip, tone }) => {
    const video = await clip("a walk");
    for (const seconds of [0.5, 5]) {
      const sounds = [{ file: await tone(seconds), at: 0, seconds: SECONDS }];
      const heard = path("mp4");
      await putSoundUnder({ video, sounds, seconds: SECONDS, path: heard });

      const { duration, hasAudio, frames } = await probe(heard);
      assert.deepEqual([hasAudio, frames], [true, SECONDS * 24]);
      assert.ok(Math.abs(duration - SECONDS) < 0.05, `${seconds}: ${duration}`);
      assert.ok(Math.abs(await soundSeconds(heard) - SECONDS) < 0.05, `${seconds}`);
      const end = await meanVolume(heard, { from: 1, seconds: 0.7 });
      assert.equal(end > SILENCE, seconds > SECONDS, `${seconds}: ${end} dB`);
    }
  });
});

Deno.test("a film of clips with and without sound has sound where they have, and keeps their lengths", async () => {
  await inStudio(async ({ path, clip, tone }) => {
    const heard = path("mp4");
    const sounds = [{ file: await tone(SECONDS), at: 0, seconds: SECONDS }];
    await putSoundUnder({ video: await clip("a"), sounds, seconds: SECONDS, path: heard });
    const film = path("mp4");
    await cutFilm({ videos: [await clip("b"), heard, await clip("c")], path: film });

    const { duration, frames } = await probe(film);
    assert.equal(frames, 3 * SECONDS * 24);
    assert.ok(Math.abs(duration - 3 * SECONDS) < 0.1, `${duration}`);
    const [before, middle, after] = await Promise.all(
      [0.1, SECONDS + 0.1, 2 * SECONDS + 0.2].map((from) =>
        meanVolume(film, { from, seconds: 1.5 })
      ),
    );
    assert.ok((before ?? 0) < SILENCE && (after ?? 0) < SILENCE, `${before} ${after}`);
    assert.ok((middle ?? -99) > -30, `${middle}`);
  });
});

Deno.test("a fade goes through black within its two scenes, and a cut does not", async () => {
  await inStudio(async ({ path, clip }) => {
    const videos = [await clip("a"), await clip("b"), await clip("c")];
    const film = path("mp4");
    await cutFilm({ videos, path: film, transitions: ["cut", "cut", "fade"] });

    const { duration, frames } = await probe(film);
    assert.deepEqual([duration, frames], [3 * SECONDS, 3 * SECONDS * 24]);
    const black = await blackStretches(film);
    assert.equal(black.length, 1, JSON.stringify(black));
    const seam = 2 * SECONDS;
    assert.ok(black.every(({ from, to }) => from > seam - 0.15 && to < seam + 0.15));
  });
});

Deno.test("a film has the size and rate that are asked for", async () => {
  await inStudio(async ({ path, clip }) => {
    const film = path("mp4");
    const videos = [await clip("a"), await clip("b")];
    await cutFilm({ videos, path: film, width: 320, height: 240, fps: 12 });

    const { width, height, fps, duration } = await probe(film);
    assert.deepEqual([width, height, fps, duration], [320, 240, 12, 2 * SECONDS]);
  });
});

Deno.test("music lies under the whole film, repeated where it is short, and steps back while the film is heard", async () => {
  await inStudio(async ({ path, clip, tone }) => {
    const heard = path("mp4");
    const sounds = [{ file: await tone(1), at: 0, seconds: SECONDS }];
    await putSoundUnder({ video: await clip("a"), sounds, seconds: SECONDS, path: heard });
    const film = path("mp4");
    await cutFilm({ videos: [heard, await clip("b")], path: film });
    const music = path("mp3");
    await makeMusic({ words: "waltz", seconds: 1, path: music });
    const alone = path("mp4");
    await mixMusic({ video: await clip("b"), music, volume: 0.5, ducking: true, path: alone });
    assert.ok(await meanVolume(alone) > -40);

    const levels: number[] = [];
    for (const ducking of [false, true]) {
      const mixed = path("mp4");
      await mixMusic({ video: film, music, volume: 0.5, ducking, path: mixed });
      assert.ok(Math.abs((await probe(mixed)).duration - 2 * SECONDS) < 0.1);
      // Where the film is silent, the music is heard.
      assert.ok(await meanVolume(mixed, { from: 2.2, seconds: 0.6 }) > -40);
      levels.push(await meanVolume(mixed, { from: 0.2, seconds: 0.7 }));
    }
    const [full = 0, ducked = 0] = levels;
    assert.ok(ducked < full, `${ducked} dB ducked, ${full} dB not`);
  });
});

Deno.test("a sound is brought to the loudness that is asked for", async () => {
  await inStudio(async ({ path, tone }) => {
    const audio = await tone(4);
    const [loud, soft] = [path("mp3"), path("mp3")];
    await levelSound({ audio, loudness: -18, path: loud });
    await levelSound({ audio, loudness: -30, path: soft });

    const difference = await meanVolume(loud) - await meanVolume(soft);
    assert.ok(Math.abs(difference - 12) < 2, `${difference} dB`);
  });
});

Deno.test("captions change the picture while they last, and nothing of the sound", async () => {
  await inStudio(async ({ path, clip, tone }) => {
    const heard = path("mp4");
    const sounds = [{ file: await tone(SECONDS), at: 0, seconds: SECONDS }];
    await putSoundUnder({ video: await clip("a"), sounds, seconds: SECONDS, path: heard });
    const captions = path("srt");
    await Deno.writeTextFile(
      captions,
      "1\n00:00:00,000 --> 00:00:01,000\nHello there, this is\nwhat is said in this scene\n",
    );
    const burnt = path("mp4");
    await burnCaptions({ video: heard, captions, path: burnt });

    const likeness = async (at: number) => {
      const [before, after] = [path("png"), path("png")];
      await saveFrame({ video: heard, at, path: before });
      await saveFrame({ video: burnt, at, path: after });
      return await ssim({ path: before }, { path: after });
    };
    const [during, later] = [await likeness(12), await likeness(36)];
    assert.ok(during < later - 0.01, `${during} during, ${later} later`);
    assert.equal((await probe(burnt)).hasAudio, true);
  });
});

type Studio = {
  path: (ending: string) => string;
  clip: (words: string) => Promise<string>;
  tone: (seconds: number) => Promise<string>;
};

async function inStudio(work: (studio: Studio) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sound-test-" });
  let files = 0;
  const path = (ending: string) => `${folder}/${files++}.${ending}`;
  try {
    await work({
      path,
      async clip(words) {
        const [image, clip] = [path("png"), path("mp4")];
        await makePicture({ path: image, words, ...SIZE });
        await makeClip({ image, path: clip, seconds: SECONDS, size: SIZE, words });
        return clip;
      },
      async tone(seconds) {
        const tone = path("mp3");
        await makeMusic({ words: "tone", seconds, path: tone });
        return tone;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
