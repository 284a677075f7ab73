import fc from "fast-check";
import { bodies, type Known } from "./bodies.ts";
import { FRAMINGS, type FuzzRequest, provesASecret, SIGNATURES } from "./fuzz_request.ts";

/** Paths that the doors have, and the like. */
const SUFFIXES: Record<string, string[]> = {
  "webhook": [
    "/health",
    "/stats",
    "/task/ID",
    "/task/ID?token=x",
    "/some-source",
    "/fuzz-source",
    "/fuzz-source?x=1",
  ],
  "videos": [
    "/generations/async",
    "/generations/async",
    "/generations/tasks/ID",
    "/generations/tasks/ID?token=x",
    "/generations/tasks/ID/events?token=x",
  ],
  "webhook-manage": [
    "/logs/ID",
    "/logs/ID/replay",
    "/replay",
    "/errors?type=webhook",
    "/errors/stats",
    "/metrics",
    "/metrics?format=prometheus",
    "/health",
    "/providers",
    "/providers/fal",
    "/providers/ID/pause",
    "/projects/ID",
    "/projects/ID/cancel",
    "/projects/ID/retry",
    "/scenes/ID/regenerate",
    "/scenes/ID/select",
    "/steps/ID/redrive",
    "/deliveries/redrive",
    "/deliveries/ID/redrive",
    "?source=fal&status=error",
    "?limit=99999999999999999999&before=x",
    "/sources",
    "/sources/ID",
    "/openapi.json",
  ],
};
const QUERIES = [
  "?token=",
  "?token=x&token=y",
  "?token=%00",
  "?token=%ff%fe",
  "?token=%ed%a0%80",
  "?__proto__=1",
  "?status=%27%3B--&source=%00",
  "?since=never&until=1e999",
  "?%",
];
const ODD_PATHS = [
  "/",
  "//",
  "/..",
  "/../webhook",
  "/%00",
  "/%",
  "/%ff",
  "/%2e%2e/x",
  "/a/b/c/d/e",
];
const ODD_HEADERS: [string, string][] = [
  ["content-type", "text/plain; charset=utf-16"],
  ["content-type", "multipart/form-data"],
  ["content-encoding", "gzip"],
  ["content-encoding", "br, deflate"],
  ["accept-encoding", "gzip, br"],
  ["idempotency-key", "a key"],
  ["idempotency-key", "x".repeat(3000)],
  ["idempotency-key", "\xff\xfe"],
  ["webhook-id", "msg_\xe9"],
  ["webhook-timestamp", "1e999"],
  ["webhook-timestamp", "-1"],
  ["webhook-signature", "v1,AAAA v1a,== , v1,"],
  ["x-fal-webhook-request-id", "\xff"],
  ["x-fal-webhook-timestamp", "99999999999999999999"],
  ["x-fal-webhook-signature", "zz"],
  ["x-forwarded-for", "1.2.3.4, ::1, \xff"],
  ["cf-connecting-ip", "198.51.100.7"],
  ["forwarded", "for=unknown"],
  ["origin", "https://evil.example"],
  ["origin", "null"],
  ["access-control-request-method", "POST"],
  ["range", "bytes=0-1"],
  ["if-none-match", "*"],
  ["x-http-method-override", "DELETE"],
  ["authorization", "Basic eDp5"],
  ["authorization", "Bearer a.b.c"],
  ["cookie", "a=b; ".repeat(200)],
  ["expect", "100-continue"],
  ["upgrade", "websocket"],
  ["connection", "upgrade, x-webhook-signature"],
  ["x-long", "x".repeat(70_000)],
  ["host", "other.example"],
];
const METHODS = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND"];
const ODD_METHODS = ["post", "CONNECT", "P\u00d6ST", "G ET", "", "X".repeat(300)];

/** Requests at all doors, signed or not. */
export function requests(
  { doors, known, signed }: { doors: string[]; known: Known; signed: boolean },
): fc.Arbitrary<FuzzRequest> {
  const signatures = SIGNATURES.filter((one) => provesASecret(one) === signed);
  return fc.constantFrom(...doors).chain((door) =>
    fc.record<FuzzRequest>({
      door: fc.constant(door),
      method: fc.oneof(
        { weight: signed ? 20 : 12, arbitrary: fc.constant("POST") },
        { weight: 4, arbitrary: fc.constantFrom(...METHODS) },
        { weight: 1, arbitrary: fc.constantFrom(...ODD_METHODS) },
      ),
      suffix: suffixes(door, known),
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
        { weight: 2, arbitrary: fc.array(fc.constantFrom(...ODD_HEADERS), { maxLength: 4 }) },
        { weight: 1, arbitrary: fc.array(randomHeader, { maxLength: 3 }) },
      ),
      body: bodies(door, known),
      framing: fc.oneof(
        { weight: 8, arbitrary: fc.constant("length" as const) },
        { weight: 3, arbitrary: fc.constant("chunked" as const) },
        { weight: 2, arbitrary: fc.constantFrom(...FRAMINGS) },
      ),
      signature: fc.constantFrom(...signatures),
      via: fc.constantFrom("gateway" as const, "function" as const),
    })
  );
}

function suffixes(door: string, known: Known): fc.Arbitrary<string> {
  const ids = [known.projectId, known.requestId, known.sceneId, "x", "%00", "%ed%a0%80", "1e999"];
  const own = fc.tuple(fc.constantFrom("", ...SUFFIXES[door] ?? []), fc.constantFrom(...ids))
    .map(([path, id]) => path.replace("ID", id));
  return fc.oneof(
    { weight: door in SUFFIXES ? 1 : 6, arbitrary: fc.constant("") },
    { weight: 4, arbitrary: own },
    { weight: 1, arbitrary: fc.constantFrom(...QUERIES) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_PATHS) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => `/${encode(text)}`) },
  );
}

const randomHeader: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((name) =>
    !/^(content-length|transfer-encoding|connection|host|expect|upgrade|te)$/.test(name)
  ),
  fc.string({ maxLength: 60, unit: "binary" }).map((text) =>
    Array.from(text, (letter) => String.fromCharCode(letter.charCodeAt(0) & 0xff)).join("")
      .replace(/[\0\r\n]/g, "")
  ),
);

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
