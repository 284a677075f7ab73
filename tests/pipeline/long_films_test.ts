import assert from "node:assert/strict";
import { probe } from "../../local/simulators/probe.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

/** `deno task bench films` makes one of 100 cuts and one of 30 chained scenes. */
const CUTS = 15;
const CHAINED = 6;

async function make(stack: FilmStack, scenes: number, continuity: string): Promise<void> {
  const before = stack.fal.requests.length;
  const id = await stack.order(
    Array.from({ length: scenes }, (_, n) => ({ prompt: `${continuity} ${n}`, continuity })),
  );
  const { type } = await stack.ended(id);
  await stack.settled();

  assert.equal(type, "video.generation.completed");
  const [project] = await stack.sql`
    select final_video_url, duration::float8 from public.projects where project_id = ${id}`;
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  const film = await fetch(project?.final_video_url);
  await Deno.writeFile(path, new Uint8Array(await film.arrayBuffer()));
  const { duration } = await probe(path);
  await Deno.remove(path);
  assert.ok(Math.abs(duration - 5 * scenes) < 0.2, `it lasts ${duration} s`);

  const requests = stack.fal.requests.slice(before);
  const clips = requests.filter(({ endpoint }) => /image-to-video/.test(endpoint));
  assert.equal(clips.length, scenes);
  const joined = requests.find(({ endpoint }) => /merge-videos/.test(endpoint))?.input.video_urls;
  const made = await stack.sql`
    select video_url from public.scenes where project_id = ${id} order by position`;
  assert.deepEqual(joined, made.map(({ video_url }) => video_url), "in the order of the job");
  assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
}

Deno.test(
  "a film of many cuts and one of many chained scenes are finished, whole and in order",
  onStack(async (stack, t) => {
    await t.step("cuts", () => make(stack, CUTS, "cut"));
    await t.step("chained", () => make(stack, CHAINED, "last_frame"));
  }),
);
