import assert from "node:assert/strict";
import { work } from "../fal/fixture.ts";
import { type Seen, withServer } from "../testing/loopback.ts";
import type { Answer, StepWork } from "../transitions/steps.ts";
import { configureStorage } from "./configure.ts";

/** As an MP4 begins. */
export const FILM = `    ftypisom${"the film, ".repeat(50_000)}`;
export const STORED = Response.json({ Id: "1", Key: "films/proj_1/film.mp4" });

type Sources = Record<string, () => Response>;

/** Stores `/film` and `/thumb` of the sources through a real client, into a server that keeps what it gets. */
export async function store(
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
    const answer = await storeAt(url, filmStep(url, { thumbnail }), { filmUrls, warnings });
    return { answer, stored, warnings, url };
  });
}

export async function storeAt(
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

export function filmStep(url: string, { thumbnail = true } = {}): StepWork {
  return work({
    step: "store_film",
    input: {
      film_url: `${url}/film`,
      thumbnail_url: thumbnail ? `${url}/thumb` : null,
      film_path: "proj_1/film.mp4",
      thumbnail_path: "proj_1/thumbnail.jpg",
      project_id: "proj_1",
    },
    attempt: { provider: "storage" },
  });
}

export const film = () =>
  new Response(FILM, { headers: { "content-type": "application/octet-stream" } });
export const png = () => new Response("png", { headers: { "content-type": "image/png" } });
