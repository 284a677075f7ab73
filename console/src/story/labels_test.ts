import assert from "node:assert/strict";
import { words } from "../format.ts";
import { EVENTS } from "../../../supabase/functions/_shared/events.ts";
import {
  DELIVERY_STATUSES,
  DELIVERY_TYPES,
  labelOfStep,
  sentAgainBy,
  whyNotSent,
} from "./labels.ts";

const readSchema = (name: string) =>
  Deno.readTextFile(new URL(`../../../supabase/schemas/${name}.sql`, import.meta.url));

/** The quoted words of `… in (…)`, of the constraint with this name. */
function allowedBy(constraint: string, sql: string): string[] {
  const list = sql.split(`constraint ${constraint} check`)[1]?.match(/in \(([^)]+)\)/)?.[1] ?? "";
  return [...list.matchAll(/'(\w+)'/g)].map(([, word]) => word ?? "");
}

Deno.test("every kind of step has a name that people understand", async () => {
  const kinds = allowedBy("step_kind_is_known", await readSchema("0060_domain_step_kind"));
  assert(kinds.length > 10);
  const plain = ["extract_last_frame", "extract_thumbnail", "generate_clip", "store_film"];
  const own = [...plain, "reframe_image", "stitch"];
  const unnamed = kinds.filter((kind) => labelOfStep(kind) === words(kind) && !own.includes(kind));
  assert.deepEqual(unnamed, []);
});

Deno.test("every status and every type of a delivery has its words", async () => {
  const sql = await readSchema("0170_table_webhook_deliveries");
  const statuses = [...sql.matchAll(/status in \(([^)]+)\)/g)].flatMap(([, list]) =>
    [...(list ?? "").matchAll(/'(\w+)'/g)].map(([, word]) => word ?? "")
  );
  assert(statuses.includes("batched"));
  assert.deepEqual(statuses.filter((status) => !(status in DELIVERY_STATUSES)), []);
  assert.deepEqual(EVENTS.filter((type) => !(type in DELIVERY_TYPES)), []);
});

Deno.test("a delivery that waits for its next try is redriven, one that has ended is replayed", () => {
  const verb = (status: string, attempt_count = 1) => sentAgainBy({ status, attempt_count });

  assert.deepEqual([verb("dead"), verb("pending"), verb("pending", 0), verb("delivering")], [
    "redrive",
    "redrive",
    null,
    null,
  ]);
  assert.deepEqual(["delivered", "filtered", "skipped", "batched"].map((one) => verb(one)), [
    "replay",
    "replay",
    "replay",
    null,
  ]);
});

Deno.test("an end that a later one overtook is not blamed on an endpoint", () => {
  assert.match(whyNotSent({ status: "filtered", endpoint_id: "ep_1" }) ?? "", /^Its endpoint/);
  assert.match(whyNotSent({ status: "filtered" }) ?? "", /^The film has ended anew/);
});
