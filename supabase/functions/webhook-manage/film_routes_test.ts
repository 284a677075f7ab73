import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { operatorDoor } from "./fixture.ts";

const SCENE = {
  scene_id: "scene_1",
  prompt: "A lighthouse",
  is_chained: false,
  image_url: null,
  aspect_ratio: null,
  model: null,
  duration: 5,
  driver_video_url: null,
  audio_url: null,
};
const DONE = { project_id: "proj_1", was: "generating", status: "paused" };

Deno.test("each verb of a project calls its function, with the reason where one is given", async () => {
  for (const verb of ["cancel", "pause", "resume", "retry", "approve", "prefer"]) {
    const { post, calls } = operatorDoor({ [`${verb}_project`]: DONE });

    assert.deepEqual(await post(`/projects/proj_1/${verb}`), { status: 200, body: DONE });
    await post(`/projects/proj_1/${verb}`, { reason: "Too dear" });

    assert.deepEqual(calls.filter(({ name }) => name !== "is_bell_deaf"), [
      { name: `${verb}_project`, args: { p_project_id: "proj_1", p_reason: null } },
      { name: `${verb}_project`, args: { p_project_id: "proj_1", p_reason: "Too dear" } },
    ]);
  }
});

Deno.test("a verb's own sentence is shown, any other error is not", async () => {
  const raised = (code: string) =>
    new DatabaseError("Cannot call pause_project: x", code, false, "Cannot pause it: it is failed");

  for (const [code, status] of [["RL400", 400], ["RL404", 404], ["RL409", 409]] as const) {
    const answer = await operatorDoor({ pause_project: raised(code) }).post("/projects/p/pause");
    assert.deepEqual(answer, { status, body: { error: "Cannot pause it: it is failed" } });
  }
  for (const code of ["RL500", "23514", ""]) {
    const answer = await operatorDoor({ pause_project: raised(code) }).post("/projects/p/pause");
    assert.deepEqual(answer, { status: 500, body: { error: "Webhook processing failed" } });
  }
});

Deno.test("a scene is regenerated with what was checked against its model", async () => {
  const { post, calls } = operatorDoor({ read_scene: SCENE, regenerate_scene: { take: 2 } });

  const { status, body } = await post("/scenes/scene_1/regenerate", { prompt: "At night" });

  assert.deepEqual([status, body], [200, { take: 2 }]);
  assert.deepEqual(calls[1], {
    name: "regenerate_scene",
    args: { p_scene_id: "scene_1", p_changes: { prompt: "At night" } },
  });
});

Deno.test("a new take's Idempotency-Key goes along, with what was asked for", async () => {
  const { app, called } = operatorDoor({ read_scene: SCENE, regenerate_scene: { take: 2 } });
  const ask = (key: string) =>
    app.request("/webhook-manage/scenes/scene_1/regenerate", {
      method: "POST",
      headers: { apikey: "op-key", "idempotency-key": key },
      body: JSON.stringify({ prompt: "At night" }),
    });

  assert.deepEqual([(await ask("night")).status, (await ask("k".repeat(256))).status], [200, 400]);
  assert.deepEqual(
    called().filter(({ name }) => name === "regenerate_scene").map(({ args }) => args),
    [{
      p_scene_id: "scene_1",
      p_changes: {
        prompt: "At night",
        asked: { idempotency_key: "night", prompt: "At night" },
      },
    }],
  );
});

Deno.test("a scene with an unknown model or an empty prompt is 400 and changes nothing", async () => {
  const { post, calls } = operatorDoor({ read_scene: SCENE });

  for (const wrong of [{ model: "nobody/knows" }, { prompt: " " }, { image_url: "file:///x" }]) {
    const { status, body } = await post("/scenes/scene_1/regenerate", wrong);
    assert.equal(status, 400);
    assert.equal(body.issues[0].path, Object.keys(wrong)[0]);
  }
  assert(!calls.some(({ name }) => name === "regenerate_scene"));
});

Deno.test("an unknown scene is what the database says of it", async () => {
  const unknown = new DatabaseError(
    "x",
    "RL404",
    false,
    'Cannot regenerate scene "x": no such scene',
  );
  const { post } = operatorDoor({ read_scene: null, regenerate_scene: unknown });

  assert.deepEqual(await post("/scenes/x/regenerate", {}), {
    status: 404,
    body: { error: 'Cannot regenerate scene "x": no such scene' },
  });
});

Deno.test("a take, a step, a delivery and a range of them reach their functions", async () => {
  const { post, calls } = operatorDoor({
    select_take: {},
    redrive_step: {},
    redrive_delivery: {},
    redrive_deliveries: { redriven: 3, remaining: 0 },
  });
  const to = "2026-11-21T00:00:00+01:00";

  await post("/scenes/scene_1/select", { take: 2 });
  await post("/steps/step_1/redrive");
  await post("/deliveries/dlv_1/redrive");
  await post("/deliveries/redrive", { to, limit: 10 });

  assert.deepEqual(calls.filter(({ name }) => name !== "is_bell_deaf"), [
    { name: "select_take", args: { p_scene_id: "scene_1", p_take: 2 } },
    { name: "redrive_step", args: { p_step_id: "step_1" } },
    { name: "redrive_delivery", args: { p_delivery_id: "dlv_1" } },
    { name: "redrive_deliveries", args: { p_from: null, p_to: to, p_limit: 10 } },
  ]);
  for (const body of [{}, { take: 0 }, { take: "2" }, { take: 1.5 }]) {
    assert.equal((await post("/scenes/scene_1/select", body)).status, 400);
  }
});

Deno.test("a verb lets the door watch the bell", async () => {
  const { post, calls, settled } = operatorDoor({ resume_project: DONE });

  await post("/projects/proj_1/resume");
  await settled();

  assert.deepEqual(calls.map(({ name }) => name), ["resume_project", "is_bell_deaf"]);
});

Deno.test("a film's story is answered as it is told, an unknown one is 404", async () => {
  const headers = { apikey: "op-key" };
  const found = await operatorDoor({ read_project: { project: { project_id: "proj_1" } } })
    .app.request("/webhook-manage/projects/proj_1", { headers });
  const unknown = await operatorDoor({ read_project: null })
    .app.request("/webhook-manage/projects/proj_2", { headers });

  assert.deepEqual(await found.json(), { project: { project_id: "proj_1" } });
  assert.equal(unknown.status, 404);
});
