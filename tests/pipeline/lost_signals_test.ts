import assert from "node:assert/strict";
import { type FilmStack, onStack } from "./film_stack.ts";

const SCENES = [{ prompt: "one" }, { prompt: "two" }];
/** So that what is overdue is asked about while somebody waits. */
const IMPATIENT = {
  "deadline_seconds.generate_clip": 1,
  "deadline_seconds.extract_last_frame": 1,
  "deadline_seconds.extract_thumbnail": 1,
  "deadline_seconds.stitch": 1,
  "ask_seconds": 1,
};

async function finishes(stack: FilmStack): Promise<void> {
  const { type } = await stack.ended(await stack.order(SCENES));
  await stack.settled();

  assert.equal(type, "video.generation.completed");
  assert.deepEqual([...await stack.sql`select * from private.check_invariants()`], []);
  const clips = stack.fal.requests.filter(({ endpoint }) => /image-to-video/.test(endpoint));
  assert.equal(clips.length, 2);
}

Deno.test(
  "a film is finished though pg_net delivers nothing",
  onStack(async (stack) => {
    stack.netWorker.pause();
    await finishes(stack);
  }),
);

Deno.test(
  "a film is finished though every callback is lost",
  onStack(async (stack) => {
    await stack.set(IMPATIENT);
    stack.fal.behave({ webhook: "silent" });
    await finishes(stack);
    const [row] = await stack.sql`select count(*)::int as n from public.webhook_logs`;
    assert.equal(row?.n, 0);
  }),
);

Deno.test(
  "a film is finished though pg_net delivers nothing and every callback is lost",
  onStack(async (stack) => {
    await stack.set(IMPATIENT);
    stack.netWorker.pause();
    stack.fal.behave({ webhook: "silent" });
    await finishes(stack);
  }),
);

Deno.test(
  "a callback that comes before the answer to its submission, or twice, does its work once",
  onStack(async (stack) => {
    stack.fal.behave({ webhook: "early" });
    await finishes(stack);
    stack.fal.behaveWell();
    stack.fal.behave({ webhook: "twice" });
    const { type } = await stack.ended(await stack.order(SCENES));
    await stack.settled();
    assert.equal(type, "video.generation.completed");
    const [row] = await stack.sql`select sum(duplicate_count)::int as n from public.webhook_logs`;
    assert.ok(row?.n > 0);
  }),
);
