import assert from "node:assert/strict";
import { join } from "node:path";
import { findFunctions } from "../../local/functions/find_functions.ts";
import { PROJECT_ROOT } from "../../tools/project_root.ts";
import { APPS, readDocument, routesOf, SECRETS } from "./openapi_document.ts";

Deno.test("every route that a function serves is in the document, and nothing else is", async () => {
  const { paths } = await readDocument();
  const names = [...(await findFunctions(PROJECT_ROOT)).keys()];
  assert.deepEqual(names.filter((name) => !(name in APPS)), [], "tell this test of the new door");

  const served = new Set(names.flatMap(routesOf));
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assert.ok(served.size > 40);
  assert.deepEqual(described.toSorted(), [...served].toSorted());
});

Deno.test("names, parameters, security and references of the document hold", async () => {
  const document = await readDocument();
  const { schemas, securitySchemes } = document.components;
  const ids: string[] = [];

  for (const [path, operations] of Object.entries(document.paths)) {
    for (const { operationId, parameters = [], security } of Object.values(operations)) {
      ids.push(operationId);
      const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
      assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? [], path);
      for (const name of security.flatMap((one) => Object.keys(one))) {
        assert.ok(name in securitySchemes, name);
      }
    }
  }
  assert.equal(new Set(ids).size, ids.length, "two operations have one name");
  for (
    const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  ) {
    assert.ok(name in schemas, name);
  }
  assert.deepEqual(document.servers, [{ url: "https://films.example/functions/v1" }]);
});

Deno.test("no value of the environment but the doors' address stands in the document", async () => {
  const text = JSON.stringify(await readDocument());

  for (const [name, value] of Object.entries(SECRETS)) {
    assert.equal(text.includes(value), name === "WEBHOOK_BASE_URL", name);
  }
});

Deno.test("only what asks for no credential is described so", async () => {
  const open: string[] = [];
  for (const [path, operations] of Object.entries((await readDocument()).paths)) {
    for (const [method, { security }] of Object.entries(operations)) {
      if (security.length === 0) open.push(`${method} ${path}`);
    }
  }

  assert.deepEqual(open.toSorted(), [
    "get /fal-webhook",
    "get /last-frame-complete",
    "get /pipeline-step",
    "get /stitch-complete",
    "get /video-complete",
    "get /videos",
    "get /webhook",
    "get /webhook-manage/openapi.json",
    "get /webhook/health",
  ]);
});

Deno.test("a part of a query without which a door answers 400 is required by the document", async () => {
  const { paths } = await readDocument();
  const required = Object.entries(paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? []).filter((one) => one.in === "query" && one.required)
      .map(({ name }) => `${path}?${name}`)
  );
  assert.deepEqual(required, ["/webhook-manage/stream?path"]);
});

Deno.test("a stream is no JSON, an answer without a body has none, and every refusal is a problem", async () => {
  const { paths } = await readDocument();
  const stream = paths["/videos/generations/tasks/{id}/events"]?.get?.responses;
  assert.deepEqual(Object.keys(stream?.["200"]?.content ?? {}), ["text/event-stream"]);
  assert.equal(stream?.["204"]?.content, undefined);

  for (const [path, operations] of Object.entries(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const text = JSON.stringify(content);
        assert.match(text, /Problem|"error"/, `${status} of ${path}`);
      }
    }
  }
});

Deno.test("each field of a request that the docs name is in the document", async () => {
  const document = await readDocument();
  const pages = [["jobs.md", "/webhook"], ["videos.md", "/videos/generations/async"]] as const;
  for (const [page, path] of pages) {
    const text = await Deno.readTextFile(join(PROJECT_ROOT, "docs", page));
    const schema = document.paths[path]?.post?.requestBody?.content["application/json"]?.schema;
    const known = JSON.stringify(schema);
    const tables = text.split(/\n\n/).filter((part) =>
      /^\| (field|a scene's|a job's) \|/.test(part)
    );
    assert.ok(tables.length > 0, page);
    const cells = tables.flatMap((table) =>
      table.split("\n").slice(2).map((row) => row.split("|")[1])
    );
    const names = cells.flatMap((cell) => [...(cell ?? "").matchAll(/`([a-z][\w-]*)(?=[`:])/g)])
      .map(([, name]) => name ?? "");
    for (const name of names) {
      assert.ok(known.includes(`"${name}":`), `${page}: ${name}`);
    }
  }
});
