import assert from "node:assert/strict";
import { onStack } from "./film_stack.ts";

const CLIP = /image-to-video/;
const REFUSAL = [{
  loc: ["body", "prompt"],
  msg: "The prompt was flagged",
  type: "content_policy_violation",
}];

Deno.test(
  "a refused clip fails the film with fal's own words, and what else is open is cancelled at fal too",
  onStack(async (stack) => {
    const { fal, sql } = stack;
    fal.behave({ endpoint: CLIP, input: ({ prompt }) => prompt !== "bad", stuck: true });
    fal.behave({
      endpoint: CLIP,
      input: ({ prompt }) => prompt === "bad",
      fail: { status: 422, detail: REFUSAL },
    });
    const film = await stack.order([
      { prompt: "good" },
      { prompt: "bad", continuity: "cut" },
      { prompt: "fine", continuity: "cut" },
    ]);
    const { type, error } = await stack.ended(film);
    await stack.settled();

    assert.equal(type, "video.generation.failed");
    assert.match(error ?? "", /The prompt was flagged/);
    assert.deepEqual(fal.liveRequests(), []);
    const chunks = await sql`
      select video_chunks.prompt, video_chunks.status, error_message, kling_completed_at is not null as ended
      from public.video_chunks order by prompt`;
    assert.equal(chunks.find(({ prompt }) => prompt === "bad")?.status, "FAILED");
    assert.match(
      chunks.find(({ prompt }) => prompt === "bad")?.error_message,
      /The prompt was flagged/,
    );
    assert.equal(chunks.find(({ prompt }) => prompt === "bad")?.ended, true);
    assert.equal(chunks.find(({ prompt }) => prompt === "good")?.status, "CANCELLED");
    assert.equal(chunks.find(({ prompt }) => prompt === "fine")?.status, "CANCELLED");
    const open = await sql`
      select attempt_id from private.attempts where status in ('created', 'submitted', 'in_progress', 'lost')`;
    assert.deepEqual([...open], []);
    assert.deepEqual([...await sql`select * from private.check_invariants()`], []);
  }),
);

Deno.test(
  "fal's passing troubles cost time, not the film, and nothing is paid twice",
  onStack(async (stack) => {
    const { fal, sql } = stack;
    await stack.set({ retry_base_seconds: 0, ask_seconds: 1, lookup_again_seconds: 1 });
    await stack.set({ breaker_failures: 100 });
    // Took nothing, for longer than a step has tries; took nothing and asks for time; made nothing; was cut off after it had taken it.
    fal.behave({
      endpoint: CLIP,
      input: ({ prompt }) => prompt === "busy",
      refuse: { status: 503 },
      times: 6,
    });
    fal.behave({
      endpoint: CLIP,
      input: ({ prompt }) => prompt === "limited",
      refuse: { status: 429, headers: { "retry-after": "1" } },
      times: 1,
    });
    fal.behave({
      endpoint: CLIP,
      input: ({ prompt }) => prompt === "broken",
      fail: { status: 503, detail: "The runner went away", errorType: "runner_disconnected" },
      times: 1,
    });
    fal.behave({
      endpoint: CLIP,
      input: ({ prompt }) => prompt === "cut",
      cut: "after",
      webhook: "silent",
      times: 1,
    });
    const prompts = ["busy", "limited", "broken", "cut"];
    const film = await stack.order(prompts.map((prompt) => ({ prompt, continuity: "cut" })));
    const { type } = await stack.ended(film);
    await stack.settled();

    assert.equal(type, "video.generation.completed");
    for (const prompt of prompts) {
      const billed = fal.bill().filter(({ input }) => input.prompt === prompt);
      assert.equal(billed.length, 1, `${prompt} is paid once`);
    }
    const attempts = await sql`
      select video_chunks.prompt, count(*)::int as n
      from private.attempts join private.steps using (step_id) join public.video_chunks using (chunk_id)
      where steps.kind = 'generate_clip' group by 1`;
    const tries = Object.fromEntries(attempts.map(({ prompt, n }) => [prompt, n]));
    assert.deepEqual(tries, { busy: 7, limited: 2, broken: 2, cut: 1 });
  }),
);

Deno.test(
  "an answer that stays lost ends as outcome_unknown, is never submitted again, and the client hears of it",
  onStack(async (stack) => {
    await stack.set({ lookup_seconds: 2, lookup_again_seconds: 1 });
    stack.fal.behave({ endpoint: CLIP, cut: "before" });
    const film = await stack.order([{ prompt: "gone" }]);
    const { type, error } = await stack.ended(film);
    await stack.settled();

    assert.equal(type, "video.generation.failed");
    assert.match(error ?? "", /Cannot tell whether fal accepted/);
    const attempts = await stack.sql`select status from private.attempts`;
    assert.deepEqual(attempts.map(({ status }) => status), ["outcome_unknown"]);
    assert.equal(stack.fal.requests.length, 0);
  }),
);

Deno.test(
  "runners and doors that are killed at work lose nothing and pay nothing twice",
  onStack(async (stack) => {
    await stack.set({
      "lease_seconds.generate_clip": 2,
      "lease_seconds.extract_last_frame": 2,
      "lease_seconds.extract_thumbnail": 2,
      "lease_seconds.stitch": 2,
      "lease_seconds.store_film": 3,
      "lease_seconds.delivery": 2,
      "deadline_seconds.generate_clip": 5,
      "deadline_seconds.extract_last_frame": 5,
      "lookup_again_seconds": 1,
      "ask_seconds": 1,
    });
    const film = await stack.order([{ prompt: "one" }, { prompt: "two" }, { prompt: "three" }]);
    const end = stack.ended(film);
    let isOver = false;
    end.finally(() => isOver = true);
    for (const victim of ["pipeline-step", "fal-webhook", "pipeline-step", "fal-webhook"]) {
      const before = stack.fal.requests.length;
      while (!isOver && stack.fal.requests.length === before) {
        await stack.sql`select pg_sleep(0.01)`;
      }
      if (!isOver) await stack.functions.kill(victim);
    }
    const { type } = await end;
    await stack.settled();

    assert.equal(type, "video.generation.completed");
    for (const prompt of ["one", "two", "three"]) {
      assert.equal(stack.fal.requests.filter(({ input }) => input.prompt === prompt).length, 1);
    }
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }, { webhookTimeoutMs: 1000 }),
);
