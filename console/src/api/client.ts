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
  /** @throws {ApiError} with the door's own sentence */
  send(path: string, body?: unknown, method?: "POST" | "DELETE"): Promise<unknown>;
}

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

  return {
    async read(path, shape, signal) {
      const known = kept.get(path);
      const headers = { ...identity, ...(known && { "if-none-match": known.etag }) };
      const response = await ask(path, { headers, signal });
      if (response.status === 304 && known) return shape.parse(known.value);

      const value = await readJson(response);
      // Health says what is wrong with 503.
      const isHealth = response.status === 503 && isRecord(value) && "checks" in value;
      if (!response.ok && !isHealth) {
        throw new ApiError(response.status, sentenceOf(value, response));
      }
      keep(kept, path, response.headers.get("etag"), value);
      return shape.parse(value);
    },

    async send(path, body, method = "POST") {
      const response = await ask(path, {
        method,
        headers: { ...identity, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const value = await readJson(response);
      if (!response.ok) throw new ApiError(response.status, sentenceOf(value, response));
      return value;
    },
  };
}

function keep(kept: Map<string, Kept>, path: string, etag: string | null, value: unknown): void {
  kept.delete(path);
  if (etag === null) return;
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
function sentenceOf(value: unknown, { status }: Response): string {
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
