import assert from "node:assert/strict";
import { z } from "zod";
import { chargesOf, sumOf } from "../../local/bill.ts";
import { makeMusic } from "../../local/simulators/sound.ts";
import { type FilmStack, onStack } from "./film_stack.ts";

const SPEECH = "fal-ai/kokoro/american-english";
const CLIP = /image-to-video|text-to-video/;
const CANNED = { media: "canned" } as const;

const Task = z.looseObject({
  scenes: z.array(z.looseObject({ voice_over: z.string().nullish() })),
  estimated_cost_usd: z.number().nullable(),
  cost_usd: z.number(),
});

Deno.test(
  "a revision of one scene in ten pays for its voice, its clip, those chained to it, and one mix",
  onStack(async (stack) => {
    const scenes = Array.from({ length: 10 }, (_, i) => ({
      prompt: `Scene ${i + 1}`,
      voice_over: `Words ${i + 1}`,
      // 1-3, 4-7, 8-10
      continuity: i === 3 || i === 7 ? "cut" : "last_frame",
    }));
    const job = {
      ...{ video_id: "ten", captions: "files", max_cost_usd: 10 },
      music_url: await serveMusic(stack),
    };
    const first = await stack.order(scenes, job);
    await made(stack, first);
    const all = await billed(stack);
    assert.equal(count(all.bill, SPEECH), 10);
    assert.equal(count(all.bill, "compose"), 11, "each scene's sound, and the music");
    assert.equal(count(all.bill, "loudnorm"), 1);
    await isWithinEstimate(stack, first, all.usd);

    const from = stack.fal.requests.length;
    const revised = scenes.map((scene, i) =>
      i === 5 ? { ...scene, prompt: "Another", voice_over: "Other words" } : scene
    );
    const second = await stack.order(revised, { ...job, is_revision: true });
    await made(stack, second);
    const again = await billed(stack, from);
    const clips = again.bill.filter(({ endpoint }) => CLIP.test(endpoint));
    assert.deepEqual(clips.map(({ input }) => input.prompt), ["Another", "Scene 7"]);
    const voices = again.bill.filter(({ endpoint }) => endpoint === SPEECH);
    assert.deepEqual(voices.map(({ input }) => input.prompt), ["Other words"]);
    assert.equal(count(again.bill, "compose"), 3, "two scenes' sound, and the music");
    assert.equal(count(again.bill, "loudnorm"), 0);
    assert.equal(count(again.bill, "merge-videos"), 1);
    await isWithinEstimate(stack, second, again.usd);
    const { estimated_cost_usd } = await taskOf(stack, second);
    assert((estimated_cost_usd ?? 9) < again.usd + 0.05, "music that is there is not estimated");

    const paid = stack.fal.requests.length;
    const third = await stack.order(revised, { ...job, is_revision: true, chat_id: "again" });
    await made(stack, third);
    const more = stack.fal.requests.slice(paid).map(({ endpoint }) => endpoint);
    assert.deepEqual(more, [], "the same film is not made twice");
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }, CANNED),
);

Deno.test(
  "scenes that are written from a prompt with a voice are spoken, for no more than was estimated",
  onStack(async (stack) => {
    const id = await stack.order([], {
      ...{ scenes: undefined, prompt: "A kettle", voice: "af_heart", captions: "files" },
      ...{ aspect_ratio: "16:9", reanchor_every: 1, max_cost_usd: 10, music_prompt: "A waltz" },
    });
    await made(stack, id);

    const { scenes } = await taskOf(stack, id);
    const spoken = scenes.map(({ voice_over }) => voice_over);
    assert.equal(spoken.length, 4);
    const { bill, usd } = await billed(stack);
    const asked = bill.filter(({ endpoint }) => endpoint === SPEECH).map(({ input }) =>
      input.prompt
    );
    assert.deepEqual(asked.toSorted(), spoken.toSorted());
    assert.equal(count(bill, "text-to-audio"), 1);
    const starts = bill.filter(({ endpoint }) => CLIP.test(endpoint)).map(({ input }) =>
      input.image_url
    );
    assert.equal(new Set(starts).size, 1, "every scene starts from the same image");
    assert.notEqual(starts[0], stack.imageUrl, "which was reframed");
    await isWithinEstimate(stack, id, usd);
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }, CANNED),
);

Deno.test(
  "a voice that nobody knows the price of is not begun within a budget",
  onStack(async (stack) => {
    await stack.sql`delete from private.prices where model = ${SPEECH}`;
    const job = { video_id: "v", user_id: "u", max_cost_usd: 100 };
    for (
      const more of [{ scenes: [{ prompt: "A", voice_over: "B" }] }, {
        prompt: "A",
        voice: "af_heart",
      }]
    ) {
      const { status, body } = await stack.post("/webhook", { ...job, ...more });
      assert.equal(status, 402);
      assert.match(JSON.stringify(body), /no price is known for [^"]*kokoro/);
    }
    assert.equal(stack.fal.requests.length + stack.openai.calls.length, 0);
  }, CANNED),
);

Deno.test(
  "a film in test mode has voices, music, fades and captions, with nothing configured",
  onStack(
    async (stack) => {
      const id = await stack.order([
        { prompt: "One", voice_over: "One." },
        { prompt: "Two", transition: "fade" },
      ], { executionMode: "test", captions: "burn", music_prompt: "A waltz", max_cost_usd: 0 });
      await made(stack, id);

      assert.equal(stack.fal.requests.length + stack.openai.calls.length, 0);
      const { cost_usd, estimated_cost_usd } = await taskOf(stack, id);
      assert.deepEqual([cost_usd, estimated_cost_usd], [0, 0]);
      assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
    },
    CANNED,
    { env: { FAL_KEY: "", FAL_QUEUE_URL: "", SPEECH_MODEL: "", MUSIC_MODEL: "" } },
  ),
);

Deno.test(
  "sound that cannot be put under a clip fails the film; its retry pays for no voice or clip again",
  onStack(async (stack) => {
    const compose = "fal-ai/ffmpeg-api/compose";
    const behaveAgain = stack.fal.behave({
      endpoint: compose,
      fail: { status: 422, detail: "Cannot read the sound" },
    });
    const id = await stack.order([
      { prompt: "One", voice_over: "One." },
      { prompt: "Two", voice_over: "Two.", continuity: "cut" },
    ]);
    const { type, error } = await stack.ended(id);
    assert.equal(type, "video.generation.failed");
    assert.match(error ?? "", /Cannot read the sound/);
    await stack.settled();
    behaveAgain();

    const from = stack.fal.requests.length;
    const answer = await fetch(
      `${stack.apiUrl}/functions/v1/webhook-manage/projects/${id}/retry`,
      { method: "POST", headers: { apikey: stack.env.OPERATOR_KEY ?? "" } },
    );
    assert.equal(answer.status, 200, await answer.text());
    const until = AbortSignal.timeout(60_000);
    const isOurs = ({ body }: { body: unknown }) =>
      JSON.stringify(body).includes("video.generation.completed");
    await stack.chat.next(isOurs, until);
    await stack.settled();
    const { bill } = await billed(stack, from);
    assert.equal(count(bill, "compose"), 2);
    assert.deepEqual(bill.filter(({ endpoint }) => endpoint === SPEECH || CLIP.test(endpoint)), []);
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }, CANNED),
);

Deno.test(
  "stop_at stills begins neither clip nor voice before somebody approves",
  onStack(async (stack) => {
    const id = await stack.order([{ prompt: "One", voice_over: "One." }], {
      ...{ stop_at: "stills", aspect_ratio: "16:9", captions: "files" },
    });
    await stack.settled();
    const asked = stack.fal.requests.map(({ endpoint }) => endpoint);
    assert.deepEqual(asked, ["fal-ai/image-editing/reframe"]);

    const { status } = await stack.post(`/webhook/task/${id}/approve`, { stage: "stills" });
    assert.equal(status, 200);
    await made(stack, id);
    assert.equal(count(stack.fal.bill(), SPEECH), 1);
  }, CANNED),
);

async function serveMusic({ chat, folder }: FilmStack): Promise<string> {
  await makeMusic({ words: "music", seconds: 2, path: `${folder}/music.mp3` });
  return chat.serveImage(`${folder}/music.mp3`);
}

async function made(stack: FilmStack, id: string): Promise<void> {
  const { type, error } = await stack.ended(id);
  assert.deepEqual([type, error], ["video.generation.completed", null]);
  await stack.settled();
}

async function taskOf({ apiUrl, env }: FilmStack, id: string) {
  const headers = { authorization: `Bearer ${env.WEBHOOK_SECRET}` };
  const answer = await fetch(`${apiUrl}/functions/v1/webhook/task/${id}`, { headers });
  return Task.parse(await answer.json());
}

/** What fal and the language model would ask for, from fal's n-th request on. */
async function billed({ sql, fal, openai }: FilmStack, from = 0) {
  const since = fal.requests.slice(from).map(({ requestId }) => requestId);
  const bill = fal.bill().filter(({ requestId }) => since.includes(requestId));
  const charges = await chargesOf(sql, {
    ...{ bill, requests: fal.requests },
    storyboardCalls: openai.calls.length,
  });
  const usd = sumOf(charges);
  assert(usd !== null, "everything has a price");
  return { bill, usd };
}

function count(bill: readonly { endpoint: string }[], name: string): number {
  return bill.filter(({ endpoint }) => endpoint.endsWith(name)).length;
}

async function isWithinEstimate(stack: FilmStack, id: string, usd: number): Promise<void> {
  const { estimated_cost_usd, cost_usd } = await taskOf(stack, id);
  assert(estimated_cost_usd !== null && usd > 0);
  const story = `${usd} billed, ${cost_usd} written down, ${estimated_cost_usd} estimated`;
  assert(usd <= cost_usd + 1e-9 && cost_usd <= estimated_cost_usd + 1e-9, story);
}
