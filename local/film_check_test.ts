import assert from "node:assert/strict";
import { checkFilm, LEAST_SEAM_LIKENESS, MOST_OWN_LIKENESS } from "./film_check.ts";
import { runFfmpeg } from "./simulators/ffmpeg.ts";
import { joinClips, makeClip, saveFrame } from "./simulators/media.ts";
import { makePicture } from "./simulators/picture.ts";

const SECONDS = 2;
const SIZE = { width: 180, height: 320 };

Deno.test("a film of chained scenes passes the check", async () => {
  await inFolder(async (folder) => {
    const { film, clips } = await makeFilm(folder, { chained: true });
    const { duration, seams, motions, problems } = await checkFilm({
      film,
      clips,
      seconds: SECONDS,
    });
    assert.deepEqual(problems, []);
    assert.equal(duration, 6);
    assert.equal(seams.length, 2);
    assert.ok(seams.every((seam) => Math.min(seam.clips, seam.film) >= LEAST_SEAM_LIKENESS));
    assert.equal(motions.length, 3);
    assert.ok(motions.every((likeness) => likeness < MOST_OWN_LIKENESS));
  });
});

Deno.test("a film whose second scene begins from another image fails at that seam", async () => {
  await inFolder(async (folder) => {
    const { film, clips } = await makeFilm(folder, { chained: false });
    const { problems } = await checkFilm({ film, clips, seconds: SECONDS });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^Scene 2 does not continue scene 1: SSIM/);
    const asked = await checkFilm({ film, clips, seconds: SECONDS, cuts: [2] });
    assert.deepEqual(asked.problems, [], "unless it was to be a cut");
  });
});

Deno.test("a film stitched in the wrong order fails although its clips are chained", async () => {
  await inFolder(async (folder) => {
    const { clips } = await makeFilm(folder, { chained: true });
    const film = `${folder}/shuffled.mp4`;
    await joinClips({ videos: clips.toReversed(), path: film });
    const { problems } = await checkFilm({ film, clips, seconds: SECONDS });
    assert.deepEqual(problems.map((problem) => problem.slice(0, 36)), [
      "Scene 2 does not continue scene 1: S",
      "Scene 3 does not continue scene 2: S",
    ]);
  });
});

Deno.test("a film that lost a scene, and one whose scene stands still, fail", async () => {
  await inFolder(async (folder) => {
    const { clips } = await makeFilm(folder, { chained: true });
    const [first = "", second = ""] = clips;
    const still = `${folder}/still.mp4`;
    const hold = "select=eq(n\\,0),loop=loop=48:size=1:start=0,setpts=N/24/TB";
    await runFfmpeg(["-i", second, "-vf", hold, "-frames:v", "48", "-r", "24", still]);
    const film = `${folder}/short.mp4`;
    await joinClips({ videos: [first, still], path: film });

    const { problems } = await checkFilm({ film, clips: [first, still], seconds: 3 });
    assert.equal(problems[0], "The film lasts 4 s, its scenes together 6 s");
    assert.match(problems[1] ?? "", /^Scene 2 stands still: SSIM/);
    assert.equal(problems.length, 2);
  });
});

/** Three scenes; unchained, the second begins from a picture of its own. */
async function makeFilm(
  folder: string,
  { chained }: { chained: boolean },
): Promise<{ film: string; clips: string[] }> {
  let image = `${folder}/start.png`;
  const stranger = `${folder}/stranger.png`;
  await makePicture({ path: image, words: "a red fox", ...SIZE });
  await makePicture({ path: stranger, words: "a grey crow", ...SIZE });
  const clips: string[] = [];
  for (const scene of ["one", "two", "three"]) {
    const path = `${folder}/${scene}.mp4`;
    const from = scene === "two" && !chained ? stranger : image;
    await makeClip({ image: from, path, seconds: SECONDS, size: SIZE, words: scene });
    image = `${folder}/${scene}.jpg`;
    await saveFrame({ video: path, at: "last", path: image });
    clips.push(path);
  }
  const film = `${folder}/film.mp4`;
  await joinClips({ videos: clips, path: film });
  return { film, clips };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "film-check-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
