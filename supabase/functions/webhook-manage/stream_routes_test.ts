import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";

const BOARD = { overview: { is_paused: false }, columns: {} };

function aDoor(env: Record<string, string> = {}) {
  const world = handMadeWorld({
    env: { OPERATOR_KEY: "op-key", ...env },
    sql: { read_board: BOARD },
  });
  const counted: number[] = [];
  const wait = (ms: number) => {
    world.clock.now += ms;
    return Promise.resolve();
  };
  const counts = () => ({ status }: { status: number }) => void counted.push(status);
  const app = createWebhookManage({ ...world.deps, wait, counts });
  const open = (query: string, headers: Record<string, string> = { apikey: "op-key" }) =>
    app.request(`/webhook-manage/stream${query}`, { headers });
  return { ...world, app, counted, open };
}

const path = (text: string) => `path=${encodeURIComponent(text)}`;

Deno.test("a stream tells what a GET of its path would, under the same tag", async () => {
  const { app, open } = aDoor();
  const got = await app.request("/webhook-manage/browse/board?limit=7", {
    headers: { apikey: "op-key" },
  });
  const tag = got.headers.get("etag") ?? assert.fail();
  await got.body?.cancel();

  const first = await (await open(`?${path("/browse/board?limit=7")}`)).text();
  assert.ok(
    first.includes(
      `data: ${
        JSON.stringify({ path: "/browse/board?limit=7", status: 200, tag, body: BOARD })
      }\n\n`,
    ),
    first,
  );
  const known = `?${path("/browse/board?limit=7")}&tag=${encodeURIComponent(tag)}`;
  assert.doesNotMatch(await (await open(known)).text(), /event: answer/);
});

Deno.test("a stream is one request, however often it looks", async () => {
  const { open, counted, calls } = aDoor();
  await (await open(`?${path("/browse/board")}`)).text();

  assert.ok(calls.length > 10);
  assert.deepEqual(counted, [200]);
});

Deno.test("DEBUG tells the story of a stream as of one request, however often it looks", async () => {
  const { open, lines } = aDoor({ DEBUG: "webhooks:*" });
  await (await open(`?${path("/browse/board")}`)).text();

  assert.deepEqual(lines.map((line) => JSON.parse(line).event), [
    "request.received",
    "request.verified",
    "request.answered",
  ]);
});

Deno.test("a stream is opened for nobody without a key, and does nothing but look", async () => {
  const { open, calls } = aDoor();
  assert.equal((await open(`?${path("/browse/board")}`, {})).status, 401);
  assert.equal((await open(`?${path("/browse/board")}`, { apikey: "op-keY" })).status, 401);
  assert.deepEqual(calls, []);

  const text = await (await open(`?${path("/pause-all")}&${path("/stream?path=/errors")}`)).text();
  assert.match(text, /"\/pause-all","status":405/);
  assert.match(text, /"\/stream\?path=\/errors","status":404/);
  assert.deepEqual(calls, []);
});

Deno.test("no path, one that is none, or more than a page shows is 400", async () => {
  const { open } = aDoor();
  const many = Array.from({ length: 9 }, () => path("/errors")).join("&");
  for (const query of ["", "?path=errors", `?${many}`, `?${path(`/${"x".repeat(500)}`)}`]) {
    const answer = await open(query);
    assert.equal(answer.status, 400, query);
    await answer.body?.cancel();
  }
});

Deno.test("a HEAD of a stream takes nobody's place, however often it is asked", async () => {
  const { app, open } = aDoor();
  const init = { method: "HEAD", headers: { apikey: "op-key" } };
  for (let i = 0; i < 31; i++) {
    const answer = await app.request(`/webhook-manage/stream?${path("/browse/board")}`, init);
    assert.deepEqual([answer.status, answer.body], [200, null]);
  }
  const answer = await open(`?${path("/browse/board")}`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /event: answer/);
});
