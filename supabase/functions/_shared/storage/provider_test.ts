import assert from "node:assert/strict";
import { type Seen, withServer } from "../testing/loopback.ts";
import type { StepWork } from "../transitions/steps.ts";
import { FILM, film, filmStep, png, store, storeAt, STORED } from "./store_fixture.ts";

Deno.test("film and thumbnail are copied whole, under their paths and types, over what was there", async () => {
  const { answer, stored, url } = await store({ "/film": film, "/thumb": png });

  const base = `${url}/storage/v1/object/public/films/proj_1`;
  assert.deepEqual(answer, {
    state: "completed",
    output: { video_url: `${base}/film.mp4`, thumbnail_url: `${base}/thumbnail.jpg` },
  });
  assert.deepEqual(
    stored.map(({ method, path, headers }) => [
      method,
      path,
      headers.get("content-type"),
      headers.get("x-upsert"),
      headers.get("authorization"),
    ]),
    [
      [
        "POST",
        "/storage/v1/object/films/proj_1/film.mp4",
        "video/mp4",
        "true",
        "Bearer service-key",
      ],
      [
        "POST",
        "/storage/v1/object/films/proj_1/thumbnail.jpg",
        "image/png",
        "true",
        "Bearer service-key",
      ],
    ],
  );
  assert.equal(stored[0]?.body, FILM);
});

Deno.test("a film in WebM is stored as what it is, whatever its source says", async () => {
  const webm = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, ...new Uint8Array(100)]);
  const source = () => new Response(webm, { headers: { "content-type": "video/mp4" } });

  const { stored } = await store({ "/film": source }, { thumbnail: false });

  assert.deepEqual(stored.map(({ headers }) => headers.get("content-type")), ["video/webm"]);
});

Deno.test("with FILM_URLS=signed the URLs are signed ones", async () => {
  const sign = ({ path }: Seen) =>
    path.includes("/object/sign/")
      ? Response.json({ signedURL: `${path.replace("/storage/v1", "")}?token=t` })
      : STORED.clone();

  const { answer, stored, url } = await store({ "/film": film }, {
    storage: sign,
    filmUrls: "signed",
    thumbnail: false,
  });

  assert.deepEqual(answer, {
    state: "completed",
    output: { video_url: `${url}/storage/v1/object/sign/films/proj_1/film.mp4?token=t` },
  });
  assert.deepEqual(JSON.parse(stored.at(-1)?.body ?? ""), { expiresIn: 7 * 86_400 });
});

Deno.test("where nobody makes thumbnails, a step that asks for one is refused for good", async () => {
  const step: StepWork = { ...filmStep("http://127.0.0.1:9"), step: "extract_thumbnail" };

  const answer = await storeAt("http://127.0.0.1:9", step);

  assert.ok(answer.state === "failed" && !answer.error.retryable);
  assert.match(answer.error.message, /no provider of this installation/);
});

Deno.test("a film whose thumbnail cannot be had is a film, and the log says so", async () => {
  const { answer, warnings } = await store({
    "/film": film,
    "/thumb": () => new Response("no", { status: 503 }),
  });

  assert.equal(answer.state, "completed");
  assert.ok(answer.state === "completed" && answer.output.thumbnail_url === undefined);
  assert.match(JSON.stringify(warnings), /source answered 503/);
});

Deno.test("a film at a private address is copied only from a service that the installation chose", async () => {
  const source = () => new Response(FILM, { headers: { "content-type": "video/mp4" } });
  const storage = (request: Seen) => request.method === "GET" ? source() : STORED.clone();
  await withServer(storage, async ({ url: stored }) => {
    await withServer(source, async ({ url, seen }) => {
      const step = filmStep(url, { thumbnail: false });
      const strict = await storeAt(stored, step, { env: {} });
      assert.deepEqual(strict, {
        state: "failed",
        error: { message: "Cannot fetch file: it is not https", retryable: false },
      });
      assert.equal(seen.length, 0);

      const ours = await storeAt(stored, step, { env: { STITCH_SERVICE_URL: `${url}/api` } });
      assert.equal(ours.state, "completed");
    });
  });
});

Deno.test("a thumbnail is stored as a picture that holds no script, whatever its source calls it", async () => {
  const types = {
    "image/png": "image/png",
    "image/webp; q=1": "image/webp",
    "image/svg+xml": "image/jpeg",
    "image/SVG+XML; charset=utf-8": "image/jpeg",
    "image/x-anything": "image/jpeg",
    "text/html": "image/jpeg",
  };
  for (const [said, kept] of Object.entries(types)) {
    const thumb = () => new Response("<svg/>", { headers: { "content-type": said } });
    const { stored } = await store({ "/film": film, "/thumb": thumb });

    assert.equal(stored[1]?.headers.get("content-type"), kept, said);
  }
});
