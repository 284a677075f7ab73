import assert from "node:assert/strict";
import { refusingUrl, type Seen, withRawServer, withServer } from "../testing/loopback.ts";
import type { Answer, StepWork } from "../transitions/steps.ts";
import { configureStorage } from "./configure.ts";

/** As an MP4 begins. */
const FILM = `    ftypisom${"the film, ".repeat(50_000)}`;
const STORED = Response.json({ Id: "1", Key: "films/proj_1/film.mp4" });

type Sources = Record<string, () => Response>;

/** Stores `/film` and `/thumb` of the sources through a real client, into a server that keeps what it gets. */
async function store(
  sources: Sources,
  { storage = () => STORED.clone(), filmUrls = "", thumbnail = true }: {
    storage?: (request: Seen) => Response;
    filmUrls?: string;
    thumbnail?: boolean;
  } = {},
) {
  const warnings: unknown[] = [];
  const stored: Seen[] = [];
  const respond = (request: Seen) => {
    const source = sources[request.path];
    if (source) return source();
    stored.push(request);
    return storage(request);
  };
  return await withServer(respond, async ({ url }) => {
    const answer = await storeAt(url, work(url, { thumbnail }), { filmUrls, warnings });
    return { answer, stored, warnings, url };
  });
}

async function storeAt(
  url: string,
  step: StepWork,
  { filmUrls = "", warnings = [], env = { ALLOW_PRIVATE_TARGETS: "1" } }: {
    filmUrls?: string;
    warnings?: unknown[];
    env?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const variables: Record<string, string> = {
    SUPABASE_URL: url,
    SUPABASE_SERVICE_ROLE_KEY: "service-key",
    FILM_URLS: filmUrls,
    ...env,
  };
  const configured = configureStorage({
    get: (name) => variables[name],
    fetch,
    now: () => 0,
    log: (_event, fields) => warnings.push(fields),
  });
  const answer = await configured?.provider.submit(step);
  assert.ok(answer && answer.state !== "accepted");
  return answer;
}

function work(url: string, { thumbnail = true } = {}): StepWork {
  return {
    kind: "step",
    step_id: "step_1",
    step: "store_film",
    mode: "start",
    claim_token: "claim_1",
    project_id: "proj_1",
    attempt: {
      attempt_id: "att_1",
      attempt_token: "token",
      number: 1,
      provider: "storage",
      input: {
        film_url: `${url}/film`,
        thumbnail_url: thumbnail ? `${url}/thumb` : null,
        film_path: "proj_1/film.mp4",
        thumbnail_path: "proj_1/thumbnail.jpg",
        project_id: "proj_1",
      },
      request_id: null,
      status_url: null,
      response_url: null,
      cancel_url: null,
      created_at: "2026-11-22T12:00:00Z",
    },
  };
}

const film = () => new Response(FILM, { headers: { "content-type": "application/octet-stream" } });
const png = () => new Response("png", { headers: { "content-type": "image/png" } });

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

Deno.test("a film that is gone is final, any other trouble of its source may pass", async () => {
  for (
    const [status, retryable] of [[404, false], [410, false], [403, true], [503, true]] as const
  ) {
    const source = () => new Response("no", { status });
    const { answer, stored } = await store({ "/film": source });

    const message = `Cannot fetch file: its source answered ${status}`;
    assert.deepEqual(answer, { state: "failed", error: { message, retryable } });
    assert.equal(stored.length, 0);
  }
});

Deno.test("a film that breaks off is not kept as if it were whole", async () => {
  const half = "HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n    ftypisom half";

  await withRawServer(half, async (source) => {
    await withServer(() => STORED.clone(), async ({ url, seen }) => {
      const step = work(url);
      step.attempt.input.film_url = `${source.url}/film`;

      const answer = await storeAt(url, step);

      assert.deepEqual(answer, {
        state: "failed",
        error: { message: "Cannot copy file: it broke off", retryable: true },
      });
      assert.equal(seen.length, 0, "Storage never saw the end of it");
    });
  });
});

Deno.test("a page under a film's name is no film, and nothing of it is stored", async () => {
  const page = () =>
    new Response("<title>Not found</title>", { headers: { "content-type": "video/mp4" } });

  const { answer, stored } = await store({ "/film": page });

  assert.deepEqual(answer, {
    state: "failed",
    error: { message: "Cannot store film: what its source sent is no video", retryable: false },
  });
  assert.equal(stored.length, 0);
});

Deno.test("where nobody makes thumbnails, a step that asks for one is refused for good", async () => {
  const step: StepWork = { ...work("http://127.0.0.1:9"), step: "extract_thumbnail" };

  const answer = await storeAt("http://127.0.0.1:9", step);

  assert.ok(answer.state === "failed" && !answer.error.retryable);
  assert.match(answer.error.message, /no provider of this installation/);
});

Deno.test("an empty film is none", async () => {
  const { answer } = await store({ "/film": () => new Response("") });

  assert.equal(answer.state, "failed");
});

Deno.test("what Storage refuses is final, what it cannot do now may pass", async () => {
  const refuse = (status: number) => () =>
    Response.json({ statusCode: `${status}`, error: "x", message: "Bucket not found" }, { status });

  assert.deepEqual((await store({ "/film": film }, { storage: refuse(404) })).answer, {
    state: "failed",
    error: { message: "Cannot store file: Bucket not found (404)", retryable: false },
  });
  const { answer } = await store({ "/film": film }, { storage: refuse(503) });
  assert.ok(answer.state === "failed" && answer.error.retryable);
});

Deno.test("a source that nobody answers for may pass, one that is no http URL is final", async () => {
  const gone = work("http://127.0.0.1:9");
  gone.attempt.input.film_url = `${refusingUrl()}/film`;
  const file = work("http://127.0.0.1:9");
  file.attempt.input.film_url = "file:///etc/hostname";

  assert.deepEqual(await storeAt("http://127.0.0.1:9", gone), {
    state: "failed",
    error: { message: "Cannot fetch file: connection refused", retryable: true },
  });
  assert.deepEqual(await storeAt("http://127.0.0.1:9", file), {
    state: "failed",
    error: { message: "Cannot fetch file: not an http URL", retryable: false },
  });
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
      const step = work(url, { thumbnail: false });
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
