import assert from "node:assert/strict";
import { z } from "zod";
import { type Random, seededRandom } from "../../chaos/random.ts";
import { chargesOf, sumOf } from "../../local/bill.ts";
import { makeMusic } from "../../local/simulators/sound.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const SEED = 1;
const FILMS = 8;
/** Milliseconds: they are made at once, on a machine that may have others to do. */
const LONG_PATIENCE = 300_000;

const Ordered = z.looseObject({ task_id: z.string(), estimated_cost_usd: z.number().nullable() });
const Task = z.looseObject({ estimated_cost_usd: z.number(), cost_usd: z.number() });

type Scene = Record<string, unknown>;
type Job = Record<string, unknown> & { scenes?: Scene[] };

Deno.test(
  "whatever a job asks for, its bill is not above what it was estimated at before it began",
  onStack(async (stack) => {
    await makeMusic({ words: "music", seconds: 2, path: `${stack.folder}/music.mp3` });
    const music = stack.chat.serveImage(`${stack.folder}/music.mp3`);
    const random = seededRandom(SEED);
    const jobs = Array.from({ length: FILMS }, (_, n) => aJob(random, n, stack, music));
    await makeAll(stack, jobs);

    await makeAll(stack, jobs.map((job) => ({ ...changed(random, job), is_revision: true })));
    const films = await stack.sql`select status from public.projects`;
    assert.deepEqual(films.map(({ status }) => status), Array(2 * FILMS).fill("completed"));
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }, { media: "canned" }),
);

/** Makes films of all jobs at once, and holds each against its estimate and all against the bill. */
async function makeAll(stack: FilmStack, jobs: readonly Job[]): Promise<void> {
  const from = { requests: stack.fal.requests.length, calls: stack.openai.calls.length };
  const made = await Promise.all(jobs.map(async (job) => {
    const { status, body } = await stack.post("/webhook", job);
    assert.equal(status, 202, JSON.stringify(body));
    const { task_id, estimated_cost_usd } = Ordered.parse(body);
    const { type, error } = await stack.ended(task_id, LONG_PATIENCE);
    assert.deepEqual([type, error], ["video.generation.completed", null], JSON.stringify(job));
    return { job, task_id, estimated: estimated_cost_usd };
  }));
  await stack.settled();

  let paid = 0;
  for (const { job, task_id, estimated } of made) {
    const { cost_usd, ...task } = await taskOf(stack, task_id);
    const before = estimated ?? task.estimated_cost_usd;
    assert(cost_usd <= before + 1e-9, `${cost_usd} of ${before}: ${JSON.stringify(job)}`);
    paid += cost_usd;
  }
  const since = stack.fal.requests.slice(from.requests).map(({ requestId }) => requestId);
  const billed = sumOf(
    await chargesOf(stack.sql, {
      bill: stack.fal.bill().filter(({ requestId }) => since.includes(requestId)),
      requests: stack.fal.requests,
      storyboardCalls: stack.openai.calls.length - from.calls,
    }),
  );
  assert(billed !== null && billed > 0 && billed <= paid + 1e-9, `${billed} billed, ${paid} paid`);
}

function aJob(random: Random, n: number, { chat, imageUrl }: FilmStack, music: string): Job {
  const { model, seconds } = random.pick([
    { model: undefined, seconds: [5, 10, 20] },
    { model: "hailuo-2.3-standard", seconds: [6, 10, 16] },
  ]);
  const scenes = Array.from({ length: random.between(1, 4) }, (_, i) => ({
    prompt: `Film ${n}, scene ${i + 1}`,
    duration: seconds[random.between(0, 2)],
    continuity: random.pick(["last_frame", "cut"]),
    ...perhaps(random, 0.4) && { voice_over: `Words of scene ${i + 1}. `.repeat(i + 1) },
    ...perhaps(random, 0.2) && { audio_url: music },
  }));
  const isWritten = perhaps(random, 0.25);
  return {
    ...{ video_id: `film-${n}`, user_id: `user-${n % 3}`, callback_url: chat.callbackUrl },
    ...{ image_url: imageUrl, prompt: `Film ${n}`, model },
    ...perhaps(random, 0.5) && { aspect_ratio: random.pick(["16:9", "9:16", "1:1"]) },
    ...perhaps(random, 0.4) && { captions: "files" },
    ...perhaps(random, 0.3) && { reanchor_every: 2 },
    ...random.pick<Job>([{}, { music_url: music }, { music_prompt: "A waltz" }]),
    ...isWritten ? perhaps(random, 0.5) && { voice: "af_heart" } : { scenes },
  };
}

/** Other words for one scene, or none at all; or other music. */
function changed(random: Random, job: Job): Job {
  if (perhaps(random, 0.2)) return { ...job, music_url: undefined, music_prompt: "A march" };
  if (!job.scenes) return { ...job, ...perhaps(random, 0.5) && { prompt: "Another film" } };
  const one = random.between(0, job.scenes.length);
  const scenes = job.scenes.map((scene, i) =>
    i === one ? { ...scene, prompt: "Other words" } : scene
  );
  return { ...job, scenes };
}

function perhaps(random: Random, likelihood: number): boolean {
  return random.fraction() < likelihood;
}

async function taskOf({ apiUrl, env }: FilmStack, id: string) {
  const headers = { authorization: `Bearer ${env.WEBHOOK_SECRET}` };
  const answer = await fetch(`${apiUrl}/functions/v1/webhook/task/${id}`, { headers });
  return Task.parse(await answer.json());
}
