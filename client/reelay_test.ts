import assert from "node:assert/strict";
import { onStack } from "../tests/pipeline/film_stack.ts";
import { createReelay, ReelayError, verifyCallback } from "./reelay.ts";

const PATIENCE = 90_000;

Deno.test(
  "the client asks for a video, hears of its end by events, and knows the callback",
  onStack(async (stack) => {
    const reelay = createReelay({
      baseUrl: `${stack.apiUrl}/functions/v1`,
      secret: stack.env.WEBHOOK_SECRET ?? "",
    });
    const signal = AbortSignal.timeout(PATIENCE);
    const request = {
      model: "minimax-video",
      prompt: "A quiet harbour",
      webhook_url: stack.chat.callbackUrl,
      webhook_events: ["completed" as const],
    };

    const created = await reelay.createVideo(request);
    assert.deepEqual([created.status, created.duplicate], ["pending", false]);
    assert.equal((await reelay.createVideo(request)).task_id, created.task_id);
    const events: string[] = [];
    const ended = await reelay.wait(created, { signal, onEvent: ({ type }) => events.push(type) });
    assert.equal(ended.status, "completed");
    assert.ok(events.includes("scene.completed") && events.includes("project.completed"));
    assert.deepEqual(await reelay.task(created.task_id), ended);
    await assert.rejects(reelay.cancel(created.task_id), { status: 409 });

    const { text, headers, verified } = await stack.chat.next(undefined, signal);
    assert.ok(verified, "the official package verifies it, too");
    const secret = stack.env.CALLBACK_SIGNING_SECRET ?? "";
    const told = await verifyCallback(text, headers, secret);
    assert.deepEqual(told, { ...Object(told), task_id: created.task_id, status: "completed" });

    const film = await reelay.createFilm({
      video_id: "v1",
      user_id: "u1",
      scenes: [{ prompt: "One" }, { prompt: "Two", continuity: "cut" }],
    });
    assert.equal((await reelay.wait(film, { signal })).status, "completed");

    assert.equal(await reelay.task("proj_none"), null);
    const refused = await reelay.createVideo({ ...request, duration: 7 }).catch((error) => error);
    assert.ok(refused instanceof ReelayError && refused.issues[0]?.path === "duration");
  }),
);
