import assert from "node:assert/strict";
import { FRAME_SERVICE } from "../../../supabase/functions/_shared/services/frame_service.ts";
import { createServiceProvider } from "../../../supabase/functions/_shared/services/provider.ts";
import type { Service } from "../../../supabase/functions/_shared/services/service.ts";
import { STITCH_SERVICE } from "../../../supabase/functions/_shared/services/stitch_service.ts";
import { VIDEO_SERVICE } from "../../../supabase/functions/_shared/services/video_service.ts";
import type { StepProvider } from "../../../supabase/functions/_shared/provider.ts";
import type { StepWork } from "../../../supabase/functions/_shared/transitions/steps.ts";
import { startFrameService, startStitchService, startVideoService } from "./server.ts";
import { API_KEY, type Scene, withService } from "./service_fixture.ts";

const IDS = { project_id: "proj_1", scene_id: "scene_1", chunk_id: "chunk_1" };
const CLIP = {
  ...IDS,
  model: "minimax-video",
  prompt: "It runs",
  duration: 1,
  aspect_ratio: "1:1",
  image_url: null,
  driver_video_url: null,
  audio_url: null,
};

function provider(
  { service: { url }, webhookUrl: callbackUrl }: Scene,
  service: Service = VIDEO_SERVICE,
): StepProvider {
  // A connection of its own for each call: on a reused one Deno's fetch would send a cut call again.
  const alone: typeof fetch = async (input, init) => {
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    try {
      const response = await fetch(input, { ...init, client });
      return new Response(await response.arrayBuffer(), response);
    } finally {
      client.close();
    }
  };
  const times = { now: Date.now, timeoutMs: 500 };
  return createServiceProvider({ service, url, key: API_KEY, callbackUrl, fetch: alone, ...times });
}

function workOf(
  service: Service,
  input: Record<string, unknown>,
  attempt: Partial<StepWork["attempt"]> = {},
): StepWork {
  return {
    kind: "step",
    step_id: "step_1",
    step: service.step,
    mode: "start",
    claim_token: "claim_1",
    project_id: "proj_1",
    attempt: {
      attempt_id: "att_1",
      attempt_token: "token_1",
      number: 1,
      provider: service.provider,
      input,
      request_id: null,
      status_url: null,
      response_url: null,
      cancel_url: null,
      created_at: "2026-11-22T12:00:00Z",
      ...attempt,
    },
  };
}

async function accepted(by: StepProvider, work: StepWork): Promise<string> {
  const submitted = await by.submit(work);
  assert.ok(submitted.state === "accepted", JSON.stringify(submitted));
  return submitted.submission.request_id;
}

Deno.test("each service does its step and tells its result, called back and asked alike", async () => {
  const cases = [
    [VIDEO_SERVICE, startVideoService, () => CLIP],
    [FRAME_SERVICE, startFrameService, ({ clipUrl }: Scene) => ({ ...IDS, video_url: clipUrl })],
    [STITCH_SERVICE, startStitchService, ({ clipUrl }: Scene) => ({
      project_id: "proj_1",
      video_urls: [clipUrl, clipUrl],
      aspect_ratio: "1:1",
    })],
  ] as const;

  for (const [service, start, inputOf] of cases) {
    await withService(start, async (scene) => {
      const by = provider(scene, service);
      const work = workOf(service, inputOf(scene));
      const request_id = await accepted(by, work);
      await scene.service.ended(request_id);

      const callback = scene.callbacks.all.at(-1);
      assert.equal(callback?.search, "?token=token_1");
      const read = service.read(JSON.parse(callback?.text ?? ""));
      assert.ok("result" in read && read.result.state === "completed");
      const answer = await by.ask(workOf(service, inputOf(scene), { request_id }));
      assert.deepEqual(answer, { state: "completed", output: read.result.output });
    });
  }
});

Deno.test("a task whose acceptance was lost is found under its key, and paid for once", async () => {
  await withService(startVideoService, async (scene) => {
    const { service } = scene;
    const by = provider(scene);
    service.behave({ cut: "after", times: 1 });
    assert.equal((await by.submit(workOf(VIDEO_SERVICE, CLIP))).state, "lost");

    for (const _ of [1, 2]) {
      const found = await by.find(workOf(VIDEO_SERVICE, CLIP));
      assert.ok(found.state === "found");
      assert.equal(found.submissions[0]?.request_id, service.tasks[0]?.taskId);
    }

    await service.ended(service.tasks[0]?.taskId ?? "");
    assert.equal(service.tasks[0]?.posts, 3);
    assert.deepEqual(service.bill().map(({ key }) => key), ["att_1"]);
  });
});

Deno.test("a task that never arrived is made by the look-up, and paid for once", async () => {
  await withService(startVideoService, async (scene) => {
    const by = provider(scene);
    scene.service.behave({ cut: "before", times: 1 });
    assert.equal((await by.submit(workOf(VIDEO_SERVICE, CLIP))).state, "lost");
    assert.equal(scene.service.tasks.length, 0);

    const found = await by.find(workOf(VIDEO_SERVICE, CLIP));

    assert.ok(found.state === "found");
    await scene.service.ended(found.submissions[0]?.request_id ?? "");
    assert.equal(scene.service.bill().length, 1);
  });
});

Deno.test("an answer that is too late or nonsense leaves the task to the look-up", async () => {
  await withService(startVideoService, async (scene) => {
    const by = provider(scene);
    scene.service.behave({ stuck: true });
    const misdeeds = [{ answerAfterMs: 5_000 }, { answer: { status: 200, body: "<html>" } }, {
      answer: { status: 200, body: { status: "pending" } },
    }];
    for (const [n, misdeed] of misdeeds.entries()) {
      const takeBack = scene.service.behave(misdeed);
      const work = workOf(VIDEO_SERVICE, CLIP, { attempt_id: `att_${n}` });
      assert.equal((await by.submit(work)).state, "lost");
      takeBack();
      const found = await by.find(work);
      assert.equal(
        found.state === "found" && found.submissions[0]?.request_id,
        scene.service.tasks[n]?.taskId,
      );
    }
  });
});

Deno.test("a service that refuses, is busy or dead has taken nothing", async () => {
  await withService(startVideoService, async (scene) => {
    const by = provider(scene);
    for (const [status, retryable] of [[422, false], [429, true], [503, true]] as const) {
      scene.service.behave({ refuse: { status }, times: 1 });
      const submitted = await by.submit(workOf(VIDEO_SERVICE, CLIP));
      assert.equal(submitted.state === "failed" && submitted.error.retryable, retryable);
    }
    await scene.service.refuse();
    const submitted = await by.submit(workOf(VIDEO_SERVICE, CLIP));
    assert.equal(submitted.state === "failed" && submitted.error.retryable, true);
    assert.equal(scene.service.tasks.length, 0);
  });
});

Deno.test("what a service does not tell of its tasks is waited for", async () => {
  await withService(startVideoService, async (scene) => {
    const by = provider(scene);
    scene.service.behave({ stuck: true, callback: "silent" });
    const request_id = await accepted(by, workOf(VIDEO_SERVICE, CLIP));
    const work = workOf(VIDEO_SERVICE, CLIP, { request_id });

    assert.equal((await by.ask(work)).state, "in_progress");
    for (const status of [404, 405, 501, 500]) {
      scene.service.behave({ on: "status", refuse: { status }, times: 1 });
      assert.equal((await by.ask(work)).state, "unreachable", `${status}`);
    }
    scene.service.behave({ on: "status", answer: { status: 200, body: "fine" }, times: 1 });
    assert.equal((await by.ask(work)).state, "unreachable");
    await scene.service.refuse();
    assert.equal((await by.ask(work)).state, "unreachable");
    assert.equal(scene.service.tasks[0]?.posts, 1);
  });
});

Deno.test("a given up task stops at the service, and giving it up again does no harm", async () => {
  await withService(startVideoService, async (scene) => {
    const by = provider(scene);
    scene.service.behave({ stuck: true });
    const request_id = await accepted(by, workOf(VIDEO_SERVICE, CLIP));
    const request = {
      ...{ provider: "video", request_id, cancel_url: null, model: CLIP.model },
      about: {},
    };

    for (const id of [request_id, request_id, "task_unknown"]) {
      const answer = await by.cancel({ ...request, request_id: id });
      assert.deepEqual(answer, { state: "completed", output: {} });
    }

    assert.deepEqual([scene.service.liveTasks(), scene.service.bill()], [[], []]);
    const answer = await by.ask(workOf(VIDEO_SERVICE, CLIP, { request_id }));
    assert.equal(answer.state, "cancelled");
  });
});
