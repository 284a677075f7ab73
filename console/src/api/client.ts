import type { ZodMiniType } from "zod/mini";
import type { Key } from "./operator_key.ts";

/** An answer that is none of the good ones. `status` 0: nobody answered. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export interface Client {
  /** Reads a path below /webhook-manage. What is unchanged comes from memory, by its ETag. */
  read<T>(path: string, shape: ZodMiniType<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Takes what a stream told of a path as if it had been read.
   *
   * @throws {ApiError} where a read would
   */
  take<T>(told: Told, shape: ZodMiniType<T>): T;
  /** A stream of what these paths answer, whenever that is something else than what is known here. */
  listen(paths: readonly string[], signal: AbortSignal): Promise<Response>;
  /**
   * @param idempotencyKey under which what makes something makes it once, however often it is sent
   * @throws {ApiError} with the door's own sentence
   */
  send(
    path: string,
    body?: unknown,
    options?: { method?: "POST" | "DELETE"; idempotencyKey?: string },
  ): Promise<unknown>;
}

/** What a path answers by now; `tag`: its `ETag`. */
export type Told = { path: string; status: number; tag: string; body: unknown };

type Kept = { etag: string; value: unknown };
/** Answers that are kept for their ETags; the oldest goes first. */
const MOST_KEPT = 40;

/** @param base `https://.../functions/v1/webhook-manage` */
export function createClient(
  { base, key, send = (url, init) => fetch(url, init), onRefused = () => {} }: {
    base: string;
    key: Key;
    send?: (url: string, init: RequestInit) => Promise<Response>;
    /** The key is no longer let in. */
    onRefused?: () => void;
  },
): Client {
  const kept = new Map<string, Kept>();
  const identity: Record<string, string> = key.kind === "operator"
    ? { apikey: key.value }
    : { authorization: `Bearer ${key.value}` };

  async function ask(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await send(base + path, {
        ...init,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError(0, "Nobody answers: is the API up, and does CORS_ORIGINS name this page?");
    }
    if (response.status === 401) onRefused();
    return response;
  }

  function take<T>({ path, status, tag, body }: Told, shape: ZodMiniType<T>): T {
    // Health says what is wrong with 503.
    const isHealth = status === 503 && isRecord(body) && "checks" in body;
    if ((status < 200 || status > 299) && !isHealth) {
      throw new ApiError(status, sentenceOf(body, status));
    }
    keep(kept, path, tag, body);
    return shape.parse(body);
  }

  return {
    async read(path, shape, signal) {
      const known = kept.get(path);
      const headers = { ...identity, ...(known && { "if-none-match": known.etag }) };
      const response = await ask(path, { headers, signal });
      if (response.status === 304 && known) return shape.parse(known.value);

      const body = await readJson(response);
      const tag = response.headers.get("etag") ?? "";
      return take({ path, status: response.status, tag, body }, shape);
    },

    take,

    async listen(paths, signal) {
      const query = new URLSearchParams(
        paths.flatMap((path) => [["path", path], ["tag", kept.get(path)?.etag ?? ""]]),
      );
      const headers = { ...identity, accept: "text/event-stream" };
      return await ask(`/stream?${query}`, { headers, signal });
    },

    async send(path, body, { method = "POST", idempotencyKey } = {}) {
      const response = await ask(path, {
        method,
        headers: {
          ...identity,
          "content-type": "application/json",
          ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const value = await readJson(response);
      if (!response.ok) throw new ApiError(response.status, sentenceOf(value, response.status));
      return value;
    },
  };
}

function keep(kept: Map<string, Kept>, path: string, etag: string, value: unknown): void {
  kept.delete(path);
  if (etag === "") return;
  kept.set(path, { etag, value });
  const oldest = kept.keys().next().value;
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** The door's sentence, with the fields it complains about. */
function sentenceOf(value: unknown, status: number): string {
  if (!isRecord(value) || typeof value.error !== "string") return `The API answered ${status}`;
  const issues = Array.isArray(value.issues) ? value.issues : [];
  const words = issues.filter(isRecord).map(({ path, message }) =>
    path ? `${path}: ${message}` : `${message}`
  );
  return words.length > 0 ? `${value.error}: ${words.join("; ")}` : value.error;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
