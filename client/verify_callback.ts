/** Seconds that a callback may be old, or ahead: a repeated one is refused. */
const TOLERANCE = 300;

/** As `fetch` has them, whoever's class that is, or as Node's servers do. */
export type CallbackHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | string[] | undefined>>;

/** A callback is not Reelay's, or too old. */
export class CallbackRefused extends Error {
  override name = "CallbackRefused";
}

/**
 * Verifies a callback by Standard Webhooks 1.0 and gives its body. Needs the text as it came: parsed
 * and written again it is another one.
 *
 * @param secrets CALLBACK_SIGNING_SECRET, or several during a rotation
 * @param now milliseconds since the epoch
 * @throws {CallbackRefused}
 */
export async function verifyCallback(
  text: string,
  headers: CallbackHeaders,
  secrets: string | readonly string[],
  { now = Date.now() }: { now?: number } = {},
): Promise<unknown> {
  const [id, timestamp] = [valueOf(headers, "webhook-id"), valueOf(headers, "webhook-timestamp")];
  if (!id || !timestamp) throw new CallbackRefused("Cannot verify callback: it is not signed");
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) {
    throw new CallbackRefused("Cannot verify callback: it is too old, or of tomorrow");
  }

  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const signatures = (valueOf(headers, "webhook-signature") ?? "").split(" ")
    .flatMap((one) => one.startsWith("v1,") ? bytesOf(one.slice(3)) ?? [] : []);
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const key = await keyOf(secret);
    for (const signature of signatures) {
      // Compares in constant time.
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return JSON.parse(text);
    }
  }
  throw new CallbackRefused("Cannot verify callback: no signature fits");
}

/** No more is read than what is asked for: to HTTP/2 servers `:method` is a header as well. */
function valueOf(headers: CallbackHeaders, name: string): string | null {
  if (typeof headers.get === "function") return headers.get(name);
  const found = Object.entries(headers).find(([own]) => own.toLowerCase() === name)?.[1];
  return (typeof found === "string" ? found : found?.join(" ")) ?? null;
}

/** Its type has a name of its own in each runtime. */
function keyOf(secret: string) {
  const plain = secret.replace(/^v1,/, "");
  const key = plain.startsWith("whsec_") ? bytesOf(plain.slice(6)) : null;
  const bytes = key ?? new TextEncoder().encode(plain);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

/** Null where it is not base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
