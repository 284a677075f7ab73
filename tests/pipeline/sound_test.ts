import assert from "node:assert/strict";
import { z } from "zod";
import { blackStretches, meanVolume } from "../../local/simulators/loudness.ts";
import { mediaSeconds, probe } from "../../local/simulators/probe.ts";
import { makeMusic, speechSeconds } from "../../local/simulators/sound.ts";
import { readSrt, readVtt } from "./captions.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const MODEL = "kling-3-standard";
const SECONDS = 3;
/** Seconds by which a film may differ from its scenes' sum. */
const TOLERANCE = 0.2;
const SILENCE = -50;
/** Milliseconds: sixty-odd pieces of work for ffmpeg, on a machine that may have others to do. */
const LONG_PATIENCE = 600_000;

const Captions = z.object({ srt_url: z.string(), vtt_url: z.string() });

Deno.test(
  "fal alone: voices from texts, given sound, music made to order, captions as files",
  onStack(async (stack) => {
    const track = await serveTone(stack, 10);
    const id = await stack.order([
      { prompt: "One", duration: SECONDS, voice_over: "A boat & a <bridge>" },
      { prompt: "Two", duration: SECONDS, audio_url: track, caption: "" },
      { prompt: "Three", duration: SECONDS },
    ], { model: MODEL, captions: "files", music_prompt: "A quiet waltz", voice: "af_heart" });
    const { type, error } = await stack.ended(id);
    assert.deepEqual([type, error], ["video.generation.completed", null]);

    const film = await download(stack, await filmUrl(stack, id));
    const { duration, hasAudio, codec } = await probe(film);
    assert.deepEqual([codec, hasAudio], ["h264", true]);
    assert.ok(Math.abs(duration - 3 * SECONDS) < TOLERANCE, `${duration} s`);
    // The voice ends in its scene, the given track fills its own; under the third is music alone.
    const [voice = 0, given = 0, music = 0] = await Promise.all(
      [0.1, SECONDS + 0.2, 2 * SECONDS + 0.3].map((from) => meanVolume(film, { from, seconds: 1 })),
    );
    assert.ok(voice > -30 && given > -30, `${voice} dB, ${given} dB`);
    assert.ok(music > SILENCE && music < voice - 6, `${music} dB below ${voice} dB`);

    const { srt, vtt } = await captionsOf(stack, id);
    assert.deepEqual(srt, [
      { from: 0, to: SECONDS, text: "A boat & a < bridge>" },
      { from: 2 * SECONDS, to: 3 * SECONDS, text: "Three" },
    ]);
    assert.deepEqual(vtt.map(({ text }) => text), ["A boat & a <bridge>", "Three"]);

    const bill = stack.fal.bill().map(({ endpoint }) => endpoint);
    const count = (endpoint: string) => bill.filter((one) => one === endpoint).length;
    assert.equal(count("fal-ai/kokoro/american-english"), 1);
    assert.equal(count("fal-ai/stable-audio-25/text-to-audio"), 1);
    assert.equal(count("fal-ai/ffmpeg-api/loudnorm"), 1);
    // Two scenes with sound, and the film with its music.
    assert.equal(count("fal-ai/ffmpeg-api/compose"), 3);
    await stack.settled();
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }),
);

Deno.test(
  "twenty scenes with voice, music, captions and fades are a film whose streams, length and times are right",
  onStack(
    async (stack) => {
      const scenes = Array.from({ length: 20 }, (_, n) => ({
        ...{ prompt: `Scene ${n + 1}`, duration: SECONDS, continuity: "cut" },
        voice_over: Array.from({ length: 1 + n }, (_, word) => `word${word + 1}`).join(" "),
      }));
      const id = await stack.order(scenes, {
        ...{ model: MODEL, captions: "burn", transition: "fade" },
        music_url: await serveTone(stack, 4),
      });
      const { type, error } = await stack.ended(id, LONG_PATIENCE);
      assert.deepEqual([type, error], ["video.generation.completed", null]);

      const film = await download(stack, await filmUrl(stack, id));
      const { duration, hasAudio, frames, fps } = await probe(film);
      assert.ok(hasAudio);
      assert.equal(frames / fps, 20 * SECONDS);
      assert.ok(Math.abs(duration - 20 * SECONDS) < TOLERANCE, `${duration} s`);
      // Before the captions are burnt in, which are seen over black too.
      const cut = stack.stitch.tasks.find(({ path }) => path === "/v1/stitch")?.made;
      const black = await blackStretches(await download(stack, String(cut?.final_video_url)));
      const seams = black.map(({ from, to }) => Math.round((from + to) / 2 / SECONDS));
      assert.deepEqual(seams, Array.from({ length: 19 }, (_, n) => n + 1));

      const { srt, vtt } = await captionsOf(stack, id);
      assert.deepEqual(vtt, srt);
      for (const [n, { voice_over }] of scenes.entries()) {
        const own = srt.filter(({ from }) => Math.floor(from / SECONDS + 0.001) === n);
        assert.equal(own[0]?.from, n * SECONDS);
        assert.ok(Math.abs((own.at(-1)?.to ?? 0) - (n + 1) * SECONDS) < 0.002);
        assert.equal(own.map(({ text }) => text).join(" ").replaceAll("\n", " "), voice_over);
        // A voice that is longer than its scene is cut off: the next one begins on time.
        if (speechSeconds(voice_over) < SECONDS - 1) continue;
        const volume = await meanVolume(film, { from: n * SECONDS + 0.5, seconds: 1.5 });
        assert.ok(volume > -30, `scene ${n + 1}: ${volume} dB`);
      }
      assert.equal(stack.stitch.bill().filter(({ path }) => path === "/v1/stitch/mux").length, 20);
      await stack.settled();
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    {},
    { providers: "studio" },
  ),
);

Deno.test(
  "services alone: given sound, music and fades, the last of their calls makes the film",
  onStack(
    async (stack) => {
      const track = await serveTone(stack, 1);
      const id = await stack.order([
        { prompt: "One", duration: 2, audio_url: track },
        { prompt: "Two", duration: 2, transition: "fade", continuity: "cut" },
      ], {
        model: "own-model",
        music_url: track,
        music_volume: 0.5,
        fps: 25,
        resolution: "512x512",
      });
      const { type, error } = await stack.ended(id);
      assert.deepEqual([type, error], ["video.generation.completed", null]);

      const url = await filmUrl(stack, id);
      assert.ok(url.startsWith(stack.stitch.mediaUrl), url);
      const film = await probe(await download(stack, url));
      assert.deepEqual([film.width, film.height, film.fps, film.hasAudio], [512, 512, 25, true]);
      assert.ok(Math.abs(film.duration - 4) < TOLERANCE, `${film.duration} s`);
      assert.deepEqual(stack.stitch.bill().map(({ path }) => path), [
        ...["/v1/stitch/mux", "/v1/stitch", "/v1/stitch/mix"],
      ]);
      await stack.settled();
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    {},
    { providers: "services" },
  ),
);

async function serveTone({ chat, folder }: FilmStack, seconds: number): Promise<string> {
  const path = `${folder}/${crypto.randomUUID()}.mp3`;
  await makeMusic({ words: "tone", seconds, path });
  assert.ok(Math.abs(await mediaSeconds(path) - seconds) < 0.1);
  return chat.serveImage(path);
}

async function filmUrl({ sql }: FilmStack, id: string): Promise<string> {
  const [project] =
    await sql`select final_video_url as url from public.projects where project_id = ${id}`;
  return String(project?.url);
}

async function captionsOf({ sql }: FilmStack, id: string) {
  const [task] = await sql`select public.read_task(${id}, null, true) -> 'captions' as captions`;
  const { srt_url, vtt_url } = Captions.parse(task?.captions);
  const kept = await sql`
    select url from public.media where project_id = ${id} and type = 'captions' order by url`;
  assert.deepEqual(kept.map(({ url }) => url), [srt_url, vtt_url]);
  const read = async (url: string) => (await fetch(url)).text();
  return { srt: readSrt(await read(srt_url)), vtt: readVtt(await read(vtt_url)) };
}

async function download({ folder }: FilmStack, url: string): Promise<string> {
  const path = `${folder}/${crypto.randomUUID()}.mp4`;
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  await Deno.writeFile(path, response.body ?? new Uint8Array());
  return path;
}
