import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { DIGEST_FILE, digestSources } from "./sources.ts";

const FOLDER = import.meta.dirname ?? ".";
const DIST = join(FOLDER, "dist");

async function assets(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { name } of Deno.readDir(join(DIST, "assets"))) {
    files.set(name, await Deno.readFile(join(DIST, "assets", name)));
  }
  return files;
}

Deno.test("dist is built from the sources that stand beside it", async () => {
  assert.equal(
    await Deno.readTextFile(join(DIST, DIGEST_FILE)),
    await digestSources(FOLDER),
    "Run `deno task console:build` and commit what it wrote",
  );
});

Deno.test("all that the page loads is below 200 kB, compressed", async () => {
  const bytes = [...(await assets()).values()].reduce(
    (sum, file) => sum + gzipSync(file).length,
    0,
  );

  assert(bytes > 10_000 && bytes < 200_000, `${bytes} bytes`);
});

Deno.test("the page runs no script but its own, and asks no other host for one, for style or for fonts", async () => {
  const html = await Deno.readTextFile(join(DIST, "index.html"));
  const policy = /content="(default-src[^"]+)"/.exec(html)?.[1] ?? "";

  for (
    const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'"]
  ) {
    assert(policy.split("; ").includes(rule), rule);
  }
  assert.doesNotMatch(policy, /unsafe/);
  const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)/g)];
  assert.equal(scripts.length, 1);
  for (const [, attributes, body] of scripts) {
    assert.match(attributes ?? "", /src="\.\//);
    assert.equal(body, "");
  }
  assert.doesNotMatch(html, /style=|\son\w+=/);
  for (const [name, bytes] of await assets()) {
    if (!name.endsWith(".css")) continue;
    assert.doesNotMatch(new TextDecoder().decode(bytes), /url\((?!\.?\/?[\w-]+\.woff2)/, name);
  }
});
