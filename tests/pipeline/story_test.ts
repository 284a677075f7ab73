import assert from "node:assert/strict";
import { z } from "zod";
import { chargesOf, sumOf } from "../../local/bill.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const CLIP = /image-to-video|text-to-video/;
const CANNED = { media: "canned" } as const;

const Task = z.looseObject({
  status: z.string(),
  scenes: z.array(z.looseObject({ prompt: z.string(), input_hash: z.string().nullable() })),
  storyboard: z.looseObject({ by: z.string(), fell_back: z.string().optional() }).nullable(),
  estimated_cost_usd: z.number(),
  cost_usd: z.number(),
});

async function taskOf({ apiUrl, env }: FilmStack, id: string) {
  const headers = { authorization: `Bearer ${env.WEBHOOK_SECRET}` };
  const answer = await fetch(`${apiUrl}/functions/v1/webhook/task/${id}`, { headers });
  return Task.parse(await answer.json());
}

/** What the simulators would ask for, from their n-th request and call on. */
async function billed({ sql, fal, openai }: FilmStack, from = { requests: 0, calls: 0 }) {
  const since = fal.requests.slice(from.requests).map(({ requestId }) => requestId);
  const charges = await chargesOf(sql, {
    bill: fal.bill().filter(({ requestId }) => since.includes(requestId)),
    requests: fal.requests,
    storyboardCalls: openai.calls.length - from.calls,
  });
  const usd = sumOf(charges);
  assert(usd !== null, "everything has a price");
  return { usd, clips: charges.filter(({ what }) => CLIP.test(what)).length };
}

Deno.test(
  "a prompt alone becomes a film of written scenes, for no more than was estimated",
  onStack(async (stack) => {
    stack.openai.behave({ writes: "wrong_schema", times: 1 });
    const film = await stack.order([], {
      scenes: undefined,
      prompt: "A kettle on a stove",
      aspect_ratio: "16:9",
      max_cost_usd: 5,
    });
    assert.equal((await stack.ended(film)).type, "video.generation.completed");
    await stack.settled();

    const { scenes, storyboard, estimated_cost_usd, cost_usd } = await taskOf(stack, film);
    assert.equal(storyboard?.by, "model");
    assert.equal(storyboard?.repairs, 1);
    assert.equal(scenes.length, 4);
    assert(scenes.every(({ prompt }) => prompt.includes("A kettle on a stove")));
    const { usd, clips } = await billed(stack);
    assert.equal(clips, 4);
    assert(usd > 1.4 && usd <= estimated_cost_usd + 1e-9, `${usd} of ${estimated_cost_usd}`);
    assert(cost_usd <= estimated_cost_usd + 1e-9 && usd <= cost_usd + 1e-9);
    const reframed = stack.fal.bill().filter(({ endpoint }) => /reframe/.test(endpoint));
    assert.equal(reframed.length, 1, "the picture that two scenes start from is paid for once");
    const [first] = stack.fal.bill().filter(({ endpoint }) => CLIP.test(endpoint));
    assert.notEqual(first?.input.image_url, stack.imageUrl);
    const broken = await stack.sql`select * from private.check_invariants()`;
    assert.deepEqual([...broken], []);
  }, CANNED),
);

Deno.test(
  "a model that refuses, talks nonsense or is away leaves a film of the job's own words",
  onStack(async (stack) => {
    await stack.set({ retry_base_seconds: 0.01, max_attempts: 2, breaker_failures: 100 });
    const rules = [
      { refusal: "I cannot help with that" },
      { says: "Certainly! Here is a storyboard." },
      { writes: "too_long" },
      { refuse: { status: 429, message: "Quota" } },
      { cut: "after" },
    ] as const;
    for (const rule of rules) {
      const behaveAgain = stack.openai.behave(rule);
      const from = { requests: stack.fal.requests.length, calls: stack.openai.calls.length };
      const film = await stack.order([], { scenes: undefined, prompt: "One.\n\nTwo." });
      const { type } = await stack.ended(film);
      behaveAgain();

      const task = await taskOf(stack, film);
      assert.equal(type, "video.generation.completed", JSON.stringify(rule));
      assert.deepEqual(task.scenes.map(({ prompt }) => prompt), ["One.", "Two."]);
      assert.equal(task.storyboard?.by, "splitter");
      assert.match(task.storyboard?.fell_back ?? "", /language model/);
      await stack.settled();
      const { usd } = await billed(stack, from);
      const { estimated_cost_usd } = await taskOf(stack, film);
      assert(usd <= estimated_cost_usd + 1e-9, `${usd} of ${estimated_cost_usd}`);
    }
  }, CANNED),
);

Deno.test(
  "an image that has the film's shape already is used as it is",
  onStack(async (stack) => {
    const film = await stack.order([{ prompt: "one" }], { aspect_ratio: "9:16" });
    assert.equal((await stack.ended(film)).type, "video.generation.completed");

    assert.equal(stack.fal.requests.some(({ endpoint }) => /reframe/.test(endpoint)), false);
    const [clip] = stack.fal.bill().filter(({ endpoint }) => CLIP.test(endpoint));
    assert.equal(clip?.input.image_url, stack.imageUrl);
  }, CANNED),
);

Deno.test(
  "a revision of one scene in ten pays for that one and those chained to it",
  onStack(async (stack) => {
    const scenes = Array.from({ length: 10 }, (_, i) => ({
      prompt: `Scene ${i + 1}`,
      // 1-3, 4-7, 8-10
      continuity: i === 3 || i === 7 ? "cut" : "last_frame",
    }));
    const job = { video_id: "ten", aspect_ratio: "16:9" };
    const first = await stack.order(scenes, job);
    assert.equal((await stack.ended(first)).type, "video.generation.completed");
    await stack.settled();
    const before = await taskOf(stack, first);
    const all = await billed(stack);
    assert.equal(all.clips, 10);
    assert(all.usd <= before.estimated_cost_usd + 1e-9);

    const from = { requests: stack.fal.requests.length, calls: 0 };
    const revised = scenes.map((scene, i) => i === 5 ? { ...scene, prompt: "Another" } : scene);
    const second = await stack.order(revised, { ...job, is_revision: true });
    assert.equal((await stack.ended(second)).type, "video.generation.completed");
    await stack.settled();

    const asked = stack.fal.requests.slice(from.requests).filter(({ endpoint }) =>
      CLIP.test(endpoint)
    );
    assert.deepEqual(asked.map(({ input }) => input.prompt), ["Another", "Scene 7"]);
    const again = await billed(stack, from);
    const after = await taskOf(stack, second);
    assert.equal(again.clips, 2);
    assert(again.usd < all.usd / 3 && again.usd <= after.estimated_cost_usd + 1e-9);
    const same = after.scenes.map((scene, i) => scene.input_hash === before.scenes[i]?.input_hash);
    assert.deepEqual(same, [true, true, true, true, true, false, false, true, true, true]);
  }, CANNED),
);

Deno.test(
  "the same cut is not stitched twice",
  onStack(async (stack) => {
    const scenes = [{ prompt: "one" }, { prompt: "two" }];
    const first = await stack.order(scenes, { video_id: "same", chat_id: "1" });
    await stack.ended(first);
    await stack.settled();
    const paid = stack.fal.requests.length;
    const second = await stack.order(scenes, { video_id: "same", chat_id: "2", is_revision: true });
    assert.equal((await stack.ended(second)).type, "video.generation.completed");

    assert.equal(stack.fal.requests.length, paid);
    const films = await stack.sql`select distinct final_video_url from public.projects`;
    assert.equal(films.length, 1);
  }, CANNED),
);

Deno.test(
  "executionMode test makes a film with callbacks, and nobody outside is asked for anything",
  onStack(
    async (stack) => {
      const film = await stack.order([], {
        scenes: undefined,
        prompt: "One.\n\nTwo.",
        aspect_ratio: "16:9",
        executionMode: "test",
      });
      const { type, callback } = await stack.ended(film);
      await stack.settled();

      assert.equal(type, "video.generation.completed");
      assert.equal(callback.verified, true);
      assert.equal(stack.fal.requests.length, 0);
      assert.equal(stack.openai.calls.length, 0);
      const { cost_usd, estimated_cost_usd } = await taskOf(stack, film);
      assert.deepEqual([cost_usd, estimated_cost_usd], [0, 0]);
      const [project] = await stack
        .sql`select final_video_url, execution_mode from public.projects`;
      assert.equal(project?.execution_mode, "test");
      const file = new Uint8Array(await (await fetch(project?.final_video_url)).arrayBuffer());
      assert.equal(new TextDecoder().decode(file.subarray(4, 8)), "ftyp");
      const broken = await stack.sql`select * from private.check_invariants()`;
      assert.deepEqual([...broken], []);
    },
    CANNED,
    { env: { FAL_KEY: "", FAL_QUEUE_URL: "" } },
  ),
);

Deno.test(
  "a second model makes the clip that the first refuses, and the switch is on the timeline",
  onStack(async (stack) => {
    const [from, to] = ["v2.5-turbo/pro", "v2.5-turbo/standard"].map((name) =>
      `fal-ai/kling-video/${name}/image-to-video`
    );
    const answer = await fetch(`${stack.apiUrl}/functions/v1/webhook-manage/fallbacks`, {
      method: "POST",
      headers: { apikey: stack.env.OPERATOR_KEY ?? "" },
      body: JSON.stringify({ model: from, fallback: to }),
    });
    assert.equal(answer.status, 200, await answer.text());
    stack.fal.behave({ endpoint: from, fail: { status: 422, detail: "content policy" } });
    const film = await stack.order([{ prompt: "one" }, { prompt: "two" }]);
    assert.equal((await stack.ended(film)).type, "video.generation.completed");
    await stack.settled();

    const made = stack.fal.bill().filter(({ endpoint }) => CLIP.test(endpoint));
    assert.deepEqual(made.map(({ endpoint }) => endpoint), [to, to]);
    const switches = await stack.sql`
      select data ->> 'from' as from, data ->> 'to' as to, data ->> 'reason' as reason
      from public.pipeline_events where type = 'chunk.model_switched'`;
    assert.deepEqual(switches.map((row) => [row.from, row.to]), [[from, to], [from, to]]);
    assert.match(switches[0]?.reason, /content policy/);
    const { usd } = await billed(stack);
    const { estimated_cost_usd } = await taskOf(stack, film);
    assert(usd <= estimated_cost_usd, "the dearer of both was estimated");
  }, CANNED),
);
