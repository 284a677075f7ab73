import fc from "fast-check";
import type { Known } from "./bodies.ts";

/** A path of a door, `ID` standing for an id, what its query may say, and the methods that it has. */
export type Path = { door: string; path: string; query: string[]; methods: string[] };

/** Paths besides those of the OpenAPI document, door by door. */
const SUFFIXES: Record<string, string[]> = {
  "webhook": ["/task/ID?token=x", "/fuzz-source", "/fuzz-source?x=1"],
  "videos": [
    "/generations/async",
    "/generations/async",
    "/generations/tasks/ID?token=x",
    "/generations/tasks/ID/events?token=x",
  ],
  "webhook-manage": [
    "/sources/fuzz-source",
    "/metrics?format=prometheus",
    "?source=fal&status=error",
    "?limit=99999999999999999999&before=x",
  ],
};
const VALUES = [
  "1",
  "0",
  "-1",
  "1e999",
  "99999999999999999999",
  "x",
  "",
  "%00",
  "%ff",
  "%ed%a0%80",
  "2026-01-01",
  "2026-01-01T00:00:00Z",
  "error",
  "%27%3B--",
  "a,b,,c",
  "__proto__",
];
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
const METHODS = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND"];
const ODD_METHODS = ["post", "CONNECT", "P\u00d6ST", "G ET", "", "X".repeat(300)];

/** Method, and what stands behind the door's name. */
export type Call = { method: string; suffix: string };

/** As somebody calls who has read the document: what is odd is in query, body and signature. */
export function documentedCall(paths: Path[], known: Known): fc.Arbitrary<Call> {
  return fc.constantFrom(...paths).chain(({ path, query, methods }) => {
    const said = fc.tuple(fc.constantFrom(...query, "x"), fc.constantFrom(...VALUES))
      .map(([name, value]) => `${name}=${value}`);
    const [, kind = ""] = /([a-z]+)\/ID/.exec(path) ?? [];
    return fc.record({
      method: fc.constantFrom(...methods),
      suffix: fc.tuple(
        fc.oneof(fc.constant(IDS[kind]?.(known) ?? "x"), anyId(known)),
        fc.array(said, { maxLength: query.length === 0 ? 0 : 3 }),
      ).map(([id, said]) =>
        path.replace("ID", id) + (said.length === 0 ? "" : `?${said.join("&")}`)
      ),
    });
  });
}

/** Which of the known ids a path is about, by what stands before it. */
const IDS: Record<string, (known: Known) => string> = {
  task: ({ projectId }) => projectId,
  tasks: ({ projectId }) => projectId,
  projects: ({ projectId }) => projectId,
  scenes: ({ sceneId }) => sceneId,
  endpoints: ({ endpointId }) => endpointId,
  deliveries: ({ deliveryId }) => deliveryId,
  steps: ({ stepId }) => stepId,
  sources: () => "fuzz-source",
  providers: () => "fal",
  users: () => "fuzz",
};

/** Whatever comes to a door, with what it has among it. */
export function anyCall(
  door: string,
  { known, signed }: { known: Known; signed: boolean },
): fc.Arbitrary<Call> {
  return fc.record({
    method: fc.oneof(
      { weight: signed ? 20 : 12, arbitrary: fc.constant("POST") },
      { weight: 4, arbitrary: fc.constantFrom(...METHODS) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_METHODS) },
    ),
    suffix: suffixes(door, known),
  });
}

function suffixes(door: string, known: Known): fc.Arbitrary<string> {
  const own = fc.tuple(fc.constantFrom("", ...SUFFIXES[door] ?? []), anyId(known))
    .map(([path, id]) => path.replace("ID", id));
  return fc.oneof(
    { weight: door in SUFFIXES ? 1 : 6, arbitrary: fc.constant("") },
    { weight: 4, arbitrary: own },
    { weight: 1, arbitrary: fc.constantFrom(...QUERIES) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_PATHS) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => `/${encode(text)}`) },
  );
}

function anyId(known: Known): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.values(known), "x", "%00", "%ed%a0%80", "1e999");
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
