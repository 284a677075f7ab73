import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { handMadeWorld, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createWebhook } from "./app.ts";

const TASK = {
  task_id: "proj_1",
  status: "queued",
  progress: 0,
  scenes: [],
  final_video_url: null,
  error: null,
};
const APPROVED = { project_id: "proj_1", was: "paused", status: "queued", approved: "storyboard" };
const VERSIONS = { video_id: "vid_1", versions: [{ task_id: "proj_1", version: 1 }] };

function aDoor(sql: Record<string, unknown> = {}) {
  const world = handMadeWorld({
    env: { WEBHOOK_SECRET: "s3cret" },
    sql: {
      approve_project: APPROVED,
      prefer_project: { project_id: "proj_1", status: "completed" },
      read_task: TASK,
      read_versions: VERSIONS,
      is_bell_deaf: false,
      ...sql,
    },
  });
  const app = createWebhook(world.deps);
  async function approve(body = "", { secret = "s3cret", path = "proj_1/approve" } = {}) {
    const answer = await app.request(`/webhook/task/${path}`, signedPost(body, secret));
    return { status: answer.status, body: await answer.json() };
  }
  return { ...world, app, approve };
}

Deno.test("an approval by the sender's signature lets the film go on and answers the task", async () => {
  const { approve, calls, settled } = aDoor();

  assert.deepEqual(await approve('{"stage":"storyboard"}'), { status: 200, body: TASK });
  await settled();
  assert.deepEqual(calls, [
    {
      name: "approve_project",
      args: { p_project_id: "proj_1", p_reason: null, p_stage: "storyboard" },
    },
    { name: "read_task", args: { p_project_id: "proj_1", p_token: null, p_trusted: true } },
    { name: "is_bell_deaf", args: {} },
  ]);
});

Deno.test("an empty body approves whatever is awaited; a stage that there is not is 400", async () => {
  const { approve, calls } = aDoor();

  assert.equal((await approve()).status, 200);
  assert.equal(calls[0]?.args.p_stage, null);
  const { status, body } = await approve('{"stage":"everything"}');
  assert.deepEqual([status, body.issues[0].path], [400, "stage"]);
  assert.equal((await approve("yes")).status, 400);
});

Deno.test("the task's token alone approves nothing, and neither does a stranger", async () => {
  const { app, approve, calls } = aDoor();

  const answer = await app.request("/webhook/task/proj_1/approve?token=tok_1", { method: "POST" });
  assert.equal(answer.status, 401);
  assert.equal((await approve("", { secret: "wrong" })).status, 401);
  assert.equal(calls.length, 0);
});

Deno.test("what cannot be approved is said in the verb's own words", async () => {
  const sentence = 'Cannot approve anything of project "proj_1": it awaits no approval';
  const refused = new DatabaseError(
    `Cannot call approve_project: ${sentence}`,
    "RL409",
    false,
    sentence,
  );
  assert.deepEqual(await aDoor({ approve_project: refused }).approve(), {
    status: 409,
    body: { error: sentence },
  });
  const unknown = new DatabaseError("no such project", "RL404", false);
  assert.equal((await aDoor({ approve_project: unknown }).approve()).status, 404);
});

Deno.test("versions are read as a task is: by its token, or by the sender's credentials", async () => {
  const { app, calls } = aDoor();
  const byToken = await app.request("/webhook/task/proj_1/versions?token=tok_1");
  assert.deepEqual(await byToken.json(), VERSIONS);
  const headers = { authorization: "Bearer s3cret" };
  assert.equal((await app.request("/webhook/task/proj_1/versions", { headers })).status, 200);
  assert.deepEqual(calls.map(({ args }) => [args.p_token, args.p_trusted]), [
    ["tok_1", false],
    [null, true],
  ]);
  const none = aDoor({ read_versions: null }).app.request("/webhook/task/nobody/versions?token=x");
  assert.equal((await none).status, 404);
  const wrong = await app.request("/webhook/task/proj_1/versions", { method: "POST" });
  assert.equal(wrong.status, 405);
});

Deno.test("an approval on a database that knows none yet is 503", async () => {
  const missing = new DatabaseError("no such function", "PGRST202", true);
  assert.equal((await aDoor({ approve_project: missing }).approve()).status, 503);
});

Deno.test("a version is preferred by the sender's signature, and answered with all of them", async () => {
  const { app, calls } = aDoor();
  const path = "/webhook/task/proj_1/prefer";
  const answer = await app.request(path, signedPost("", "s3cret"));

  assert.deepEqual([answer.status, await answer.json()], [200, VERSIONS]);
  assert.deepEqual(calls[0], { name: "prefer_project", args: { p_project_id: "proj_1" } });
  assert.equal((await app.request(`${path}?token=tok_1`, { method: "POST" })).status, 401);
  const sentence = 'Cannot prefer project "proj_1": it is failed';
  const refused = new DatabaseError(`Cannot call it: ${sentence}`, "RL409", false, sentence);
  const other = await aDoor({ prefer_project: refused }).app.request(
    path,
    signedPost("", "s3cret"),
  );
  assert.deepEqual([other.status, await other.json()], [409, { error: sentence }]);
});
