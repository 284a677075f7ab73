import assert from "node:assert/strict";
import { z } from "zod";
import { type FilmStack, onStack } from "./film_stack.ts";

const COPIES = 64;
const Answer = z.looseObject({ outcome: z.string() });

/** A clip that fal has made and told nobody of: what its callback would be. */
async function untoldClip(stack: FilmStack): Promise<Record<string, unknown>> {
  const request = stack.fal.requests.findLast(({ endpoint }) =>
    /text-to-video|image-to-video/.test(endpoint)
  );
  assert(request);
  await stack.fal.ended(request.requestId);
  return { request_id: request.requestId, status: "OK", payload: request.result?.body };
}

/** How often each outcome was answered to copies that were sent at the same moment. */
async function sendCopies(
  stack: FilmStack,
  body: Record<string, unknown>,
): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  await Promise.all(Array.from({ length: COPIES }, async () => {
    const answer = await stack.post("/fal-webhook", body, { secret: "FAL_WEBHOOK_SECRET" });
    assert.equal(answer.status, 200);
    const { outcome } = Answer.parse(answer.body);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }));
  return outcomes;
}

Deno.test(
  "64 simultaneous copies of one callback are one effect",
  onStack(async (stack) => {
    stack.fal.behave({ webhook: "silent", endpoint: /text-to-video|image-to-video/ });
    const film = await stack.order([{ prompt: "one" }]);
    await untilSubmitted(stack, film);
    const body = await untoldClip(stack);

    assert.deepEqual(await sendCopies(stack, body), { applied: 1, duplicate: COPIES - 1 });

    const { type } = await stack.ended(film);
    await stack.settled();
    assert.equal(type, "video.generation.completed");
    const logs = await stack.sql`
      select outcome, duplicate_count from public.webhook_logs where data ->> 'request_id' = ${
      String(body.request_id)
    }`;
    assert.deepEqual([...logs], [{ outcome: "applied", duplicate_count: COPIES - 1 }]);
    const [clips] = await stack.sql`
      select count(*)::int as n from public.media where type = 'generated-video'`;
    assert.equal(clips?.n, 1);
    const [told] = await stack.sql`
      select count(*)::int as n from public.pipeline_events where type = 'chunk.completed'`;
    assert.equal(told?.n, 1);
    assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  }),
);

async function untilSubmitted({ sql }: FilmStack, film: string): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    const [chunk] = await sql`
      select status from public.video_chunks where project_id = ${film}`;
    if (chunk?.status !== "PENDING") return;
  }
  throw new Error("Cannot wait any longer: the clip was not submitted");
}
