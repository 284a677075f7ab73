import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createWebhookManage } from "./app.ts";
import { parsePrometheus, type Scraped } from "./prometheus_parser.ts";
import { prometheusText } from "./prometheus_text.ts";

const SUMS = {
  by_status: { "200": 90, "400": 5, "401": 30, "429": 4, "503": 5 },
  ms_total: 2500,
  requests_by_ms: { "5": 50, "10": 50, "25": 30, "more": 4 },
};
const SPAN = { p50: 3, p95: 12.5, p99: null };
const FACTS = {
  since: "2026-11-21T00:00:00Z",
  doors: { "fal-webhook": SUMS },
  doors_ever: { "fal-webhook": { ...SUMS, by_status: { "200": 1_000_000 } } },
  callbacks: {
    fal: {
      count: 3,
      by_outcome: { applied: 2, malformed: 1 },
      repeated_deliveries: 7,
      success_rate: 0.6667,
      duration_ms: SPAN,
    },
    'o"dd\\one': {
      count: 1,
      by_outcome: { buffered: 1 },
      repeated_deliveries: 0,
      success_rate: null,
      duration_ms: { p50: null, p95: null, p99: null },
    },
  },
  deliveries: { by_status: {}, tries: 0, success_rate: null, duration_ms: SPAN },
  steps: { by_kind: { stitch: { queued: 1 } }, oldest_due: null, attempts: { lost: 1 } },
  providers: [{ name: "fal", is_paused: true, held_until: null, in_flight: 4 }],
  projects: { completed: 9 },
  errors: { webhook: 2 },
  rate_limit_hits: { "source:crm": 3 },
};

const CHECKS = { bell: { ok: true }, overdue: { ok: false } };
const HEALTH = { is_healthy: false, is_paused: false, checks: CHECKS };

async function get(
  query: string,
  headers: Record<string, string> = {},
  facts: unknown = FACTS,
  health: unknown = HEALTH,
) {
  const { deps } = handMadeWorld({
    env: { OPERATOR_KEY: "k" },
    sql: { read_metrics: facts, read_health: health },
  });
  const answer = await createWebhookManage(deps).request(`/webhook-manage/metrics${query}`, {
    headers: { apikey: "k", ...headers },
  });
  return {
    status: answer.status,
    type: answer.headers.get("content-type") ?? "",
    text: await answer.text(),
  };
}

function value(scraped: Scraped, family: string, labels: Record<string, string>, suffix = "") {
  const found = scraped.get(family)?.samples.filter((one) =>
    one.name === family + suffix &&
    Object.entries(labels).every(([name, is]) => one.labels[name] === is)
  ) ?? [];
  assert.ok(found.length <= 1);
  return found[0]?.value;
}

Deno.test("each door has its count, success rate, percentiles and limit hits", async () => {
  const { doors } = JSON.parse((await get("")).text);

  assert.deepEqual(doors, {
    "fal-webhook": {
      requests: 134,
      by_status: SUMS.by_status,
      success_rate: 0.9,
      latency_ms: { p50: 6.7, p95: 23.6, p99: 10_000 },
      limit_hits: 4,
    },
  });
});

Deno.test("a door that nobody came to has no figures, nor has a database of an earlier release", async () => {
  const { doors: _, doors_ever: __, errors: ___, ...earlier } = FACTS;
  assert.deepEqual(JSON.parse((await get("", {}, earlier)).text).doors, {});
  const scraped = parsePrometheus((await get("?format=prometheus", {}, earlier)).text);
  const door = { door: "webhook" };
  assert.equal(value(scraped, "reelay_door_requests_total", { ...door, status: "200" }), undefined);
  assert.equal(value(scraped, "reelay_projects", { status: "completed" }), 9);
});

Deno.test("Prometheus gets its text by its own Accept or by format, whoever asks for JSON gets that", async () => {
  const prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3,*/*;q=0.1";
  const asked: [string, string, RegExp][] = [
    ["", prometheus, /^text\/plain; version=0\.0\.4/],
    ["?format=prometheus", "", /^text\/plain/],
    ["?format=json", prometheus, /^application\/json/],
    ["", "*/*", /^application\/json/],
    ["", "application/json, text/plain", /^application\/json/],
  ];

  for (const [query, accept, type] of asked) {
    const answer = await get(query, accept === "" ? {} : { accept });
    assert.equal(answer.status, 200);
    assert.match(answer.type, type, `${query} ${accept}`);
  }
  assert.equal((await get("?format=xml")).status, 400);
});

Deno.test("the text is what a scraper reads: types, escapes, cumulative buckets, no unknown value", async () => {
  const scraped = parsePrometheus((await get("?format=prometheus&hours=2")).text);
  const seconds = "reelay_door_request_duration_seconds";
  const door = { door: "fal-webhook" };

  assert.equal(scraped.get("reelay_door_requests_total")?.type, "counter");
  assert.equal(value(scraped, "reelay_door_requests_total", { ...door, status: "200" }), 1_000_000);
  assert.equal(scraped.get(seconds)?.type, "histogram");
  const buckets = scraped.get(seconds)?.samples.filter(({ name }) => name.endsWith("_bucket")) ??
    [];
  const counts = buckets.map(({ value }) => value);
  assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
  assert.deepEqual(counts.slice(0, 3), [50, 100, 130]);
  assert.equal(value(scraped, seconds, { ...door, le: "+Inf" }, "_bucket"), 134);
  assert.equal(value(scraped, seconds, { ...door, le: "0.005" }, "_bucket"), 50);
  assert.equal(value(scraped, seconds, door, "_count"), 134);
  assert.equal(value(scraped, seconds, door, "_sum"), 2.5);

  const odd = { source: 'o"dd\\one' };
  assert.equal(value(scraped, "reelay_callbacks", { ...odd, outcome: "buffered" }), 1);
  assert.equal(value(scraped, "reelay_callback_success_ratio", odd), undefined);
  assert.equal(value(scraped, "reelay_callback_success_ratio", { source: "fal" }), 0.6667);
  const p95 = { source: "fal", quantile: "0.95" };
  assert.equal(value(scraped, "reelay_callback_duration_seconds", p95), 0.0125);
  assert.equal(value(scraped, "reelay_provider_paused", { provider: "fal" }), 1);
  assert.equal(value(scraped, "reelay_errors", { type: "webhook" }), 2);
  assert.equal(value(scraped, "reelay_rate_limit_hits", { limit: "source:crm" }), 3);
  assert.equal(value(scraped, "reelay_window_seconds", {}), 7200);
  for (const [name, { help, type }] of scraped) assert.ok(help !== "" && type !== "", name);
});

Deno.test("what alerts see rise is told as 0 before it first happens", async () => {
  const scraped = parsePrometheus((await get("?format=prometheus")).text);

  // One that answered already, and two whose first report may be of an outage.
  for (const door of ["fal-webhook", "webhook", "webhook-manage"]) {
    for (const status of ["401", "500", "503"]) {
      assert.equal(value(scraped, "reelay_door_requests_total", { door, status }), 0, status);
    }
  }
  assert.equal(value(scraped, "reelay_projects", { status: "failed" }), 0);
  assert.equal(value(scraped, "reelay_projects", { status: "completed" }), 9);
});

Deno.test("each check of health is told, so that alerts know what waits as it should", async () => {
  const scraped = parsePrometheus((await get("?format=prometheus")).text);

  assert.equal(value(scraped, "reelay_check_failing", { check: "overdue" }), 1);
  assert.equal(value(scraped, "reelay_check_failing", { check: "bell" }), 0);
});

Deno.test("where health cannot be read, that is told, and all other figures are", async () => {
  const { text } = await get("?format=prometheus", {}, FACTS, new Error("It took too long"));
  const scraped = parsePrometheus(text);

  assert.equal(value(scraped, "reelay_check_failing", { check: "health" }), 1);
  assert.equal(value(scraped, "reelay_projects", { status: "completed" }), 9);
});

Deno.test("a label's backslash, quote and line end are escaped, a help's line end too", () => {
  const text = prometheusText([{
    name: "a",
    help: "one\ntwo \\ three",
    type: "gauge",
    samples: [{ labels: { b: 'c\\"\nd' }, value: 1e21 }],
  }]);

  assert.equal(text, '# HELP a one\\ntwo \\\\ three\n# TYPE a gauge\na{b="c\\\\\\"\\nd"} 1e+21\n');
  assert.deepEqual(parsePrometheus(text).get("a")?.samples, [
    { name: "a", labels: { b: 'c\\"\nd' }, value: 1e21 },
  ]);
});
