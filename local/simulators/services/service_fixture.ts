import { onFreshConnection } from "../../../supabase/functions/_shared/fresh_connection.ts";
import { Arrivals } from "../arrivals.ts";
import { serveHttp } from "../http_server.ts";
import { makeClip } from "../media.ts";
import { makePicture } from "../picture.ts";
import type { ServiceOptions, ServiceSimulator } from "./server.ts";

export const API_KEY = "service-key";
export const SECRET = "callback-secret";

export type Received = { headers: Headers; text: string; search: string };

/** What a test holds: a service, a receiver of its callbacks, and a host of pictures and clips. */
export type Scene = {
  service: ServiceSimulator;
  webhookUrl: string;
  callbacks: Arrivals<Received>;
  /** How the receiver answers, one entry a callback, then 200. */
  answers: number[];
  imageUrl: string;
  clipUrl: string;
  /** A page of text. */
  pageUrl: string;
  /** A call with the key, to its end. */
  call(
    method: string,
    path: string,
    options?: { body?: unknown; key?: string; auth?: string },
  ): Promise<{ code: number; body: Record<string, unknown> }>;
};

const SIZE = { width: 64, height: 96 };

/** Runs a test against a service of small pictures, and leaves nothing of it running. */
export async function withService(
  start: (options: ServiceOptions) => Promise<ServiceSimulator>,
  test: (scene: Scene) => Promise<void>,
  options: Partial<ServiceOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "service-test-" });
  const callbacks = new Arrivals<Received>();
  const answers: number[] = [];
  const service = await start({
    apiKey: API_KEY,
    webhookSecret: SECRET,
    shortSide: 64,
    timeScale: 0.001,
    ...options,
  });
  const host = await serveHttp({
    handle: async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname.startsWith("/files/")) {
        const bytes = await Deno.readFile(`${folder}/${pathname.slice("/files/".length)}`);
        return new Response(bytes);
      }
      callbacks.add({ headers: request.headers, text: await request.text(), search });
      return new Response(null, { status: answers.shift() ?? 200 });
    },
  });
  await makePicture({ path: `${folder}/image.png`, words: "a fox", ...SIZE });
  const clip = { image: `${folder}/image.png`, path: `${folder}/clip.mp4`, words: "it runs" };
  await makeClip({ ...clip, seconds: 1, size: SIZE });
  await Deno.writeTextFile(`${folder}/page.html`, "<p>No clip</p>");

  try {
    await test({
      service,
      webhookUrl: `${host.url}/hook?token=t`,
      callbacks,
      answers,
      imageUrl: `${host.url}/files/image.png`,
      clipUrl: `${host.url}/files/clip.mp4`,
      pageUrl: `${host.url}/files/page.html`,
      call: (method, path, { body, key, auth = `Bearer ${API_KEY}` } = {}) =>
        call(`${service.url}${path}`, {
          method,
          headers: { authorization: auth, ...(key && { "idempotency-key": key }) },
          body: body === undefined ? undefined : JSON.stringify(body),
        }),
    });
  } finally {
    await service.stop();
    await host.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** On a connection of its own: on one that is reused the test would never see a cut. */
function call(url: string, init: RequestInit) {
  return onFreshConnection(fetch, async (fetch) => {
    const response = await fetch(url, init);
    const text = await response.text();
    return { code: response.status, body: text.startsWith("{") ? JSON.parse(text) : { text } };
  });
}
