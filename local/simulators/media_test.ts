import assert from "node:assert/strict";
import { joinClips, makeClip, saveFrame } from "./media.ts";
import { makePicture } from "./picture.ts";
import { probe } from "./probe.ts";
import { ssim } from "./ssim.ts";

const SIZE = { width: 180, height: 320 };

Deno.test("a clip begins with its image, moves away from it and lasts as long as asked", async () => {
  await inFolder(async (folder) => {
    const image = await picture(folder, "harbour");
    const path = `${folder}/clip.mp4`;
    await makeClip({ image, path, seconds: 5, size: SIZE, words: "a boat leaves" });

    const { codec, duration, frames, width, height, hasAudio } = await probe(path);
    assert.deepEqual(
      { codec, duration, frames, width, height, hasAudio },
      { codec: "h264", duration: 5, frames: 120, ...SIZE, hasAudio: false },
    );
    assert.ok(await ssim({ path: image }, { path, at: "first" }) > 0.97);
    assert.ok(await ssim({ path, at: "first" }, { path, at: "last" }) < 0.8);
  });
});

Deno.test("the last frame is the very last one, not one near it", async () => {
  await inFolder(async (folder) => {
    const clip = `${folder}/clip.mp4`;
    const image = await picture(folder, "meadow");
    await makeClip({ image, path: clip, seconds: 2, size: SIZE, words: "wind" });
    const frame = `${folder}/last.jpg`;
    await saveFrame({ video: clip, at: "last", path: frame });

    const likeness = (at: number) => ssim({ path: frame }, { path: clip, at });
    const [last, before] = [await likeness(47), await likeness(46)];
    assert.ok(last > 0.98, `last ${last}`);
    assert.ok(before < last - 0.02, `before ${before}, last ${last}`);
  });
});

Deno.test("clips chained by last frames stay joined in the film, and none comes to rest", async () => {
  await inFolder(async (folder) => {
    let image = await picture(folder, "city");
    const clips: string[] = [];
    for (const scene of ["dawn", "noon", "night"]) {
      const path = `${folder}/${scene}.mp4`;
      await makeClip({ image, path, seconds: 2, size: SIZE, words: scene });
      assert.ok(await ssim({ path, at: "first" }, { path, at: "last" }) < 0.8, scene);
      image = `${folder}/${scene}.jpg`;
      await saveFrame({ video: path, at: "last", path: image });
      clips.push(path);
    }
    const film = `${folder}/film.mp4`;
    await joinClips({ videos: clips, path: film });

    const { frames, duration } = await probe(film);
    assert.deepEqual({ frames, duration }, { frames: 144, duration: 6 });
    for (const seam of [48, 96]) {
      const likeness = await ssim({ path: film, at: seam - 1 }, { path: film, at: seam });
      assert.ok(likeness > 0.95, `seam at frame ${seam}: ${likeness}`);
    }
  });
});

Deno.test("clips of different sizes are joined at the smallest of them", async () => {
  await inFolder(async (folder) => {
    const image = await picture(folder, "forest");
    const [small, large] = [`${folder}/small.mp4`, `${folder}/large.mp4`];
    const wide = { width: 240, height: 426 };
    await makeClip({ image, path: small, seconds: 1, size: SIZE, words: "near" });
    await makeClip({ image, path: large, seconds: 2, size: wide, words: "far" });
    const film = `${folder}/film.mp4`;
    await joinClips({ videos: [large, small], path: film });

    const { width, height, frames } = await probe(film);
    assert.deepEqual({ width, height, frames }, { ...SIZE, frames: 72 });
    assert.ok(await ssim({ path: film, at: "last" }, { path: small, at: "last" }) > 0.95);
  });
});

Deno.test("a picture is like itself and unlike one made of other words", async () => {
  await inFolder(async (folder) => {
    const [fox, crow] = [await picture(folder, "fox"), await picture(folder, "crow")];
    assert.equal(await ssim({ path: fox }, { path: fox }), 1);
    assert.ok(await ssim({ path: fox }, { path: crow }) < 0.8);
  });
});

async function picture(folder: string, words: string): Promise<string> {
  const path = `${folder}/${words}.png`;
  await makePicture({ path, words, ...SIZE });
  return path;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "media-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
