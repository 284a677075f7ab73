import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { type Get, optional, withoutSlash } from "../_shared/env.ts";
import type { Log } from "../_shared/log.ts";
import { sinceThen } from "../_shared/since_then.ts";

/** Checks the tokens of signed-in users (Supabase Auth, asymmetric signing keys). */
export interface AdminTokens {
  /** `unavailable`: the keys cannot be had right now. */
  verify(token: string): Promise<"verified" | "refused" | "unavailable">;
}

export type AdminTokensDeps = { get: Get; fetch: typeof fetch; now: () => number; log: Log };

/** `app_metadata` is the part of a user that the user cannot change. */
const Admin = z.looseObject({ app_metadata: z.looseObject({ role: z.literal("admin") }) });
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** jose's codes for a key set that did not come, came late, or is none. */
const NO_KEYS = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);
const FRESH_FOR = 3_600_000;
const RETRY_AFTER_FAILURE = 5000;

/** Null where neither SUPABASE_URL nor SUPABASE_JWKS says whose tokens count. */
export function createAdminTokens({ get, fetch, now, log }: AdminTokensDeps): AdminTokens | null {
  const url = optional(get, "SUPABASE_URL");
  const given = givenKeys(get, log);
  if (url === null && given === null) return null;

  const source = { url, given, givenAt: Date.now(), send: politeFetch(fetch, now) };
  let keys: JWTVerifyGetKey | null = null;
  return {
    async verify(token) {
      // With the first token: who comes with the operator's key does not wait for it.
      const jose = await import("jose").catch((error) => {
        log("admin_keys.failed", { error });
        return null;
      });
      if (jose === null) return "unavailable";
      try {
        keys ??= keySet(jose, source);
        const { payload } = await jose.jwtVerify(token, keys, {
          algorithms: ["ES256", "RS256", "EdDSA"],
          audience: "authenticated",
          requiredClaims: ["exp", "sub"],
          currentDate: new Date(now()),
        });
        return Admin.safeParse(payload).success ? "verified" : "refused";
      } catch (error) {
        if (error instanceof jose.errors.JOSEError && !NO_KEYS.has(error.code)) return "refused";
        log("admin_keys.failed", { error });
        return "unavailable";
      }
    },
  };
}

function keySet(
  { createLocalJWKSet, createRemoteJWKSet, customFetch, jwksCache }: typeof import("jose"),
  { url, given, givenAt, send }: {
    url: string | null;
    given: JSONWebKeySet | null;
    givenAt: number;
    send: typeof fetch;
  },
): JWTVerifyGetKey {
  if (url === null) return createLocalJWKSet(given ?? { keys: [] });

  // The platform hands the keys over at the start of an isolate: the first token needs no fetch.
  return createRemoteJWKSet(
    new URL(`${withoutSlash(url)}/auth/v1/.well-known/jwks.json`),
    {
      cacheMaxAge: FRESH_FOR,
      [customFetch]: send,
      ...(given && { [jwksCache]: { jwks: given, uat: givenAt } }),
    },
  );
}

function givenKeys(get: Get, log: Log): JSONWebKeySet | null {
  const text = optional(get, "SUPABASE_JWKS");
  if (text === null) return null;
  try {
    const { keys } = KeySet.parse(JSON.parse(text));
    return keys.length > 0 ? { keys } : null;
  } catch (error) {
    log("admin_keys.unreadable", { name: "SUPABASE_JWKS", error });
    return null;
  }
}

/**
 * After a failure, or a page in place of a key set, nobody fetches for some seconds: strangers' tokens
 * must not beat on the auth server. One that has no key set has no users either.
 */
function politeFetch(send: typeof fetch, now: () => number): typeof fetch {
  let failedAt = -Infinity;

  return async (input, init) => {
    if (sinceThen(failedAt, now()) < RETRY_AFTER_FAILURE) {
      throw new Error("Cannot fetch keys: it failed a moment ago");
    }
    failedAt = now();
    const answer = await send(input, init);
    if (answer.status !== 404 && !answer.ok) {
      await answer.body?.cancel();
      throw new Error(`Cannot fetch keys: the auth server answered ${answer.status}`);
    }
    if (!answer.ok) await answer.body?.cancel();
    const { keys } = answer.ok ? KeySet.parse(await answer.json()) : { keys: [] };
    failedAt = -Infinity;
    return Response.json({ keys });
  };
}
