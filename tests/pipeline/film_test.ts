import assert from "node:assert/strict";
import { onStack } from "./film_stack.ts";

const CLIP = /image-to-video|text-to-video/;

Deno.test(
  "at every step of a film the chunk counts agree with what fal knows",
  onStack(async (stack) => {
    const { sql, fal } = stack;
    // Each transition is looked at in its own transaction's wake: a notification follows its commit.
    await sql.unsafe(`
      create function public.tell() returns trigger language plpgsql as
        $$ begin perform pg_notify('transition', new.event_id::text); return null; end; $$;
      create trigger tell after insert on public.pipeline_events for each row execute function public.tell();`);
    let looks = 0;
    const faults: string[] = [];

    async function look(): Promise<void> {
      looks++;
      // One statement, one snapshot: between two of them a chunk may complete.
      const chunks = await sql`
        select chunk_id, status, request_id, kling_video_url,
          chunk_id in (
            select chunk_id from public.video_chunks
            where status = 'COMPLETED' and kling_video_url is not null) as polled
        from public.video_chunks`;
      // Read after the rows: fal may be ahead of them, never behind.
      for (const { chunk_id, status, request_id, kling_video_url } of chunks) {
        if (status === "PENDING") continue;
        const request = fal.requests.find((one) => one.requestId === request_id);
        if (!request) faults.push(`${chunk_id} is ${status} and fal knows nothing of it`);
        else if (status === "COMPLETED") {
          const made = JSON.stringify(request.result?.body).includes(kling_video_url);
          if (!made) faults.push(`${chunk_id} is COMPLETED with a clip that fal did not make`);
        } else if (status !== "SUBMITTED" && status !== "IN_PROGRESS") {
          faults.push(`${chunk_id} is ${status}`);
        }
      }
      if (chunks.some((chunk) => chunk.polled !== (chunk.status === "COMPLETED"))) {
        faults.push("the polling query disagrees");
      }
      const broken = await sql`select * from private.check_invariants()`;
      faults.push(...broken.map((row) => `${row.invariant}: ${row.id}`));
    }

    let looking = Promise.resolve();
    const listening = await sql.listen("transition", () => {
      looking = looking.then(look);
    });
    const film = await stack.order([
      { prompt: "one" },
      { prompt: "two" },
      { prompt: "three", continuity: "cut" },
    ]);
    const { type, callback } = await stack.ended(film);
    await stack.settled();
    await looking;
    await listening.unlisten();

    assert.equal(type, "video.generation.completed");
    assert.equal(callback.verified, true);
    assert.deepEqual(faults, []);
    assert.ok(looks > 20, `${looks} transitions were seen`);
    const counts = await sql`select status, count(*)::int from public.video_chunks group by 1`;
    assert.deepEqual([...counts], [{ status: "COMPLETED", count: 3 }]);
    assert.equal(fal.bill().filter((line) => CLIP.test(line.endpoint)).length, 3);
    assert.deepEqual(fal.liveRequests(), []);
    assert.equal(stack.chat.count(callback.webhookId ?? ""), 1);
    const [project] = await sql`select final_video_url, thumbnail_url from public.projects`;
    for (const url of [project?.final_video_url, project?.thumbnail_url]) {
      const file = await fetch(url);
      assert.equal(file.status, 200);
      assert.ok((await file.arrayBuffer()).byteLength > 1000);
    }
  }),
);

Deno.test(
  "one clip alone is not stitched, and a film of cuts makes its clips side by side",
  onStack(async (stack) => {
    const alone = await stack.order([{ prompt: "alone" }]);
    assert.equal((await stack.ended(alone)).type, "video.generation.completed");
    assert.equal(stack.fal.requests.some(({ endpoint }) => /merge-videos/.test(endpoint)), false);

    // Both are held until the other one is there as well.
    stack.fal.behave({ endpoint: CLIP, slowMs: 300 });
    const cuts = await stack.order([{ prompt: "a", continuity: "cut" }, {
      prompt: "b",
      continuity: "cut",
    }]);
    assert.equal((await stack.ended(cuts)).type, "video.generation.completed");
    const [a, b] = stack.fal.requests.filter(({ input }) =>
      input.prompt === "a" || input.prompt === "b"
    );
    assert.ok(a && b && a.submittedAt < (b.endedAt ?? 0) && b.submittedAt < (a.endedAt ?? 0));
    assert.equal(
      stack.fal.requests.filter(({ endpoint, input }) =>
        /extract-frame/.test(endpoint) && input.frame_type === "last"
      ).length,
      0,
    );
  }),
);
