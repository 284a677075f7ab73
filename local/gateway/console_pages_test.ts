import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createConsolePages } from "./console_pages.ts";

const folder = fileURLToPath(new URL("../../console/dist", import.meta.url));
const serve = createConsolePages({ folder });
const get = (path: string, method = "GET") =>
  serve(new Request(`http://127.0.0.1/console${path}`, { method }), path);

Deno.test("the console is served with a policy that lets only its own scripts run", async () => {
  const answer = await get("/");
  const html = await answer.text();
  const policy = answer.headers.get("content-security-policy") ?? "";

  assert.equal(answer.status, 200);
  assert.match(html, /<div id="app">/);
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(answer.headers.get("cache-control"), "no-cache");
});

Deno.test("what the page names is there, and may be kept for good", async () => {
  const html = await (await get("/")).text();
  const names = [...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, name]) => name);

  assert.equal(names.length, 2);
  for (const name of names) {
    const answer = await get(name ?? "");
    assert((await answer.arrayBuffer()).byteLength > 0);
    assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
  }
});

Deno.test("/console leads to /console/; no path leads out of the folder", async () => {
  const moved = await get("");
  assert.deepEqual([moved.status, moved.headers.get("location")], [308, "/console/"]);

  const out = [
    "/../sources.ts",
    "/..%2fsources.ts",
    "/assets/../../x.js",
    "/.env",
    "/nothing.js",
    "/assets",
  ];
  for (const path of out) {
    const answer = await get(path);
    await answer.body?.cancel();
    assert.equal(answer.status, 404, path);
  }
  const posted = await get("/", "POST");
  await posted.body?.cancel();
  assert.equal(posted.status, 405);
});
