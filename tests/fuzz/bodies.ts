import fc from "fast-check";
import { WEBHOOK_SAMPLES } from "../../tools/webhook_samples.ts";
import type { FuzzBody } from "./fuzz_request.ts";

/** Ids of rows that are there: whoever gets in unsigned would change them. */
export type Known = {
  requestId: string;
  projectId: string;
  sceneId: string;
  stepId: string;
  endpointId: string;
  deliveryId: string;
};

const MIB = 1024 * 1024;

/** JSON as text, because JSON.stringify can write neither of these. */
const NASTY = [
  "null",
  "true",
  "0",
  "-0",
  "1e308",
  "1e999",
  "-1e999",
  "9007199254740993",
  "123456789012345678901234567890",
  "0.1e-400",
  "1e-99999",
  "[]",
  "{}",
  '""',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\\uffff"',
  '"__proto__"',
  '{"__proto__":{"status":"completed"}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"valueOf":1,"hasOwnProperty":2}',
  "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
  `${"[".repeat(61)}${"]".repeat(61)}`,
  `${'{"a":'.repeat(64)}1${"}".repeat(64)}`,
  '"http://127.0.0.1:1/x"',
  '"javascript:alert(1)"',
  '"2026-13-45T99:99:99Z"',
  '"\'; drop table public.projects; --"',
  `"${"x".repeat(5000)}"`,
  `"${"é".repeat(3000)}"`,
];

/** Any body; for the door, mostly near to what it takes. */
export function bodies(door: string, known: Known): fc.Arbitrary<FuzzBody> {
  return fc.oneof(
    { weight: 12, arbitrary: bentSample(door, known) },
    { weight: 3, arbitrary: damaged(bentSample(door, known)) },
    { weight: 3, arbitrary: fc.json({ maxDepth: 6, noUnicodeString: false }).map(text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", " ", "{", "[]", "null", '"', "\ufeff{}").map(text),
    },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 400 }).map(bytes) },
    { weight: 1, arbitrary: bentSample(door, known).map(asUtf16) },
    { weight: 1, arbitrary: deep },
    { weight: 1, arbitrary: huge },
  );
}

const text = (text: string): FuzzBody => ({ kind: "text", text });
const bytes = (some: Uint8Array): FuzzBody => ({
  kind: "bytes",
  hex: Array.from(some, (byte) => byte.toString(16).padStart(2, "0")).join(""),
});

const deep: fc.Arbitrary<FuzzBody> = fc.record({
  kind: fc.constant("repeat" as const),
  head: fc.constant(""),
  unit: fc.constantFrom("[", '{"a":', "[[],"),
  times: fc.constantFrom(63, 64, 65, 1000, 100_000),
  tail: fc.constantFrom("", "1", "]"),
});

/** Around the limit of 1 MiB, and around the end of a door's patience with more. */
const huge: fc.Arbitrary<FuzzBody> = fc.record({
  kind: fc.constant("repeat" as const),
  head: fc.constantFrom('{"prompt":"', '{"n":1', "", '{"metadata":{"a":"'),
  unit: fc.constantFrom("x", "0", " ", "\0"),
  times: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1000, max: 60_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: MIB - 30, max: MIB + 30 }) },
    { weight: 1, arbitrary: fc.constant(6 * MIB) },
  ),
  tail: fc.constantFrom("", '"}', "}", '"}}'),
});

function bentSample(door: string, known: Known): fc.Arbitrary<FuzzBody> {
  const samples = Object.values(WEBHOOK_SAMPLES[door] ?? {}).map((sample) => aimed(sample, known));
  for (const sample of OTHERS[door] ?? []) samples.push(aimed(sample, known));
  const bend = fc.record({
    at: fc.nat(40),
    value: fc.oneof(fc.constantFrom(...NASTY), fc.json({ maxDepth: 2 })),
    how: fc.constantFrom("replace", "replace", "add", "twice", "before"),
    key: fc.constantFrom("__proto__", "constructor", "metadata", "toString", "a\u0000b", "\ud800"),
  });
  return fc.tuple(fc.constantFrom(...samples), fc.array(bend, { maxLength: 3 }))
    .map(([sample, bends]) => text(bends.reduce(bent, sample)));
}

/** Besides what `webhook:send` sends. */
const OTHERS: Record<string, Record<string, unknown>[]> = {
  "webhook-manage": [
    { webhookLogId: "whlog_1" },
    { source: "fal", status: "error", dry_run: true, from: "2026-01-01", to: "2027-01-01" },
    { reason: "fuzz", prompt: "Boats", take: 1, max_in_flight: 3 },
    {
      user_id: "fuzz",
      url: "http://127.0.0.1:1/x",
      events: ["scene.completed"],
      headers: { Authorization: "Bearer x" },
      max_per_second: 0.5,
      is_ordered: true,
      batch_size: 2,
      batch_ms: 100,
    },
    {
      endpoint_id: "ep_1",
      statuses: ["skipped"],
      type: "scene.completed",
      per_second: 10,
      limit: 5,
    },
    { scheme: "timestamped", secret_name: "FUZZ_SOURCE_SECRET", header: "X-A", rate_limit: 9 },
    { model: "kling", fallback: "wan", confirm: "x", overlap_seconds: 5, dry_run: true },
  ],
  "videos": [{
    model: "minimax-video",
    prompt: "Boats",
    duration: 6,
    size: "1280x720",
    webhook_url: "http://127.0.0.1:1/x",
    webhook_headers: { Authorization: "Bearer x" },
    webhook_events: ["completed"],
    webhook_retry: { max_attempts: 2 },
  }],
};

/** A sample as text, about rows that are there. */
function aimed(sample: Record<string, unknown>, known: Known): string {
  const ids: Record<string, string> = {
    request_id: known.requestId,
    project_id: known.projectId,
    scene_id: known.sceneId,
    task_id: known.requestId,
    endpoint_id: known.endpointId,
  };
  return JSON.stringify(sample, (key, value) => ids[key] ?? value);
}

type Bend = { at: number; value: string; how: string; key: string };

/** Works on the text: what is bent need not be what JSON.parse could give. */
function bent(json: string, { at, value, how, key }: Bend): string {
  const places = [...json.matchAll(/"([a-z_A-Z]+)":("(?:[^"\\]|\\.)*"|-?[\d.]+|null|true|false)/g)];
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined || how === "add") {
    return json.replace(/}$/, `,${JSON.stringify(key)}:${value}}`);
  }
  const [whole, name] = place;
  const other = `"${name}":${value}`;
  const instead = how === "twice"
    ? `${whole},${other}`
    : how === "before"
    ? `${other},${whole}`
    : other;
  return json.slice(0, place.index) + instead + json.slice(place.index + whole.length);
}

/** The same with bytes missing, turned over or put in between: often no UTF-8 any more. */
function damaged(whole: fc.Arbitrary<FuzzBody>): fc.Arbitrary<FuzzBody> {
  const wounds = fc.array(
    fc.tuple(fc.nat(2000), fc.nat(255), fc.constantFrom("cut", "set", "put")),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  return fc.tuple(whole, wounds).map(([body, wounds]) => {
    const all = body.kind === "text" ? Array.from(new TextEncoder().encode(body.text)) : [];
    for (const [at, byte, how] of wounds) {
      const place = at % (all.length + 1);
      if (how === "cut") all.splice(place, 1 + byte % 20);
      else all.splice(place, how === "set" ? 1 : 0, byte);
    }
    return bytes(Uint8Array.from(all));
  });
}

function asUtf16(body: FuzzBody): FuzzBody {
  const units = body.kind === "text" ? body.text : "";
  return bytes(
    new Uint8Array(
      Uint16Array.from(Array.from({ length: units.length }, (_, i) => units.charCodeAt(i))).buffer,
    ),
  );
}
