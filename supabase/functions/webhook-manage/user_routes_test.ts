import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import { createWebhookManage } from "./app.ts";

const PATHS = ["proj_1/film.mp4", "proj_1/thumbnail.jpg"];
const DELETED = { done: true, projects: 1, cancelled: 0, bucket: "films", paths: PATHS };
const COUNTED = { projects: 3, unfinished: 1, files: 4 };

async function post(
  path: string,
  { body, sql, url = "http://127.0.0.1:1" }: {
    body: unknown;
    sql: Record<string, unknown>;
    url?: string;
  },
) {
  const env = { OPERATOR_KEY: "op-key", SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: "key" };
  const world = handMadeWorld({ env, sql: { is_bell_deaf: false, ...sql }, fetch });
  const answer = await createWebhookManage(world.deps).request(`/webhook-manage${path}`, {
    method: "POST",
    headers: { apikey: "op-key" },
    body: JSON.stringify(body),
  });
  const calls = world.calls.filter(({ name }) => name !== "is_bell_deaf");
  return { status: answer.status, body: await answer.json(), calls, lines: world.lines };
}

Deno.test("a dry run says what would be deleted, and deletes nothing", async () => {
  for (const body of [{ dry_run: true }, { dry_run: true, confirm: "user 1" }]) {
    const sql = { preview_user_data: COUNTED };
    const { status, body: told, calls } = await post("/users/user%201/delete", { body, sql });

    assert.deepEqual([status, told], [200, { dry_run: true, ...COUNTED }]);
    assert.deepEqual(calls, [{ name: "preview_user_data", args: { p_user_id: "user 1" } }]);
  }
});

Deno.test("nobody is deleted without the id once more", async () => {
  for (const body of [{}, { confirm: "user-2" }, { confirm: "" }, { dry_run: false }]) {
    const { status, body: told, calls } = await post("/users/user-1/delete", { body, sql: {} });

    assert.deepEqual([status, told.issues[0].path, calls], [400, "confirm", []]);
  }
});

Deno.test("a confirmed deletion removes the rows, then the files, and says what is done", async () => {
  await withServer(() => Response.json([]), async ({ url, seen }) => {
    const sql = { delete_user_data: DELETED };
    const done = await post("/users/user-1/delete", { body: { confirm: "user-1" }, sql, url });

    const answer = { done: true, projects: 1, cancelled: 0, files: 2, files_left: [] };
    assert.deepEqual([done.status, done.body], [200, answer]);
    assert.deepEqual(done.calls, [{ name: "delete_user_data", args: { p_user_id: "user-1" } }]);
    const [call] = seen;
    assert.deepEqual([call?.method, call?.path], ["DELETE", "/storage/v1/object/films"]);
    assert.deepEqual(JSON.parse(call?.body ?? ""), { prefixes: PATHS });
  });
});

Deno.test("files that Storage did not remove are named, in the answer and in the log", async () => {
  await withServer(() => Response.json({ message: "busy" }, { status: 503 }), async ({ url }) => {
    const sql = { delete_user_data: { ...DELETED, done: false } };
    const { body, lines } = await post("/users/user-1/delete", {
      body: { confirm: "user-1" },
      sql,
      url,
    });

    assert.deepEqual([body.done, body.files, body.files_left], [false, 0, PATHS]);
    assert.match(lines.join("\n"), /user\.files_left.*proj_1\/film\.mp4/);
  });
});

Deno.test("each of a thousand files that were left is named in the log, whose lines are short", async () => {
  const name = (n: number) => `proj_${`${n}`.padStart(32, "0")}/film-${"0".repeat(32)}.mp4`;
  const paths = Array.from({ length: 1000 }, (_, n) => name(n));
  await withServer(() => Response.json({ message: "busy" }, { status: 503 }), async ({ url }) => {
    const sql = { delete_user_data: { ...DELETED, paths } };
    const body = { confirm: "user-1" };
    const { lines } = await post("/users/user-1/delete", { body, sql, url });

    const named = lines.map((line) => JSON.parse(line)).flatMap(({ files_left }) =>
      files_left ?? []
    );
    assert.deepEqual(named, paths);
  });
});
