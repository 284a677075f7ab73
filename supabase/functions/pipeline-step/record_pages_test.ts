import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import type { DeliveryRecord } from "../_shared/transitions/deliveries.ts";
import { delivery } from "./fixture.ts";
import { createRecorder } from "./record_pages.ts";

const REFUSED = new DatabaseError("Cannot call it: bad row", "22P02", false);
const NOT_THERE_YET = new DatabaseError("Cannot call it: no such function", "PGRST202", true);
const TIMED_OUT = new DatabaseError("Cannot call it: statement timeout", "57014", true);
const AWAY = new DatabaseError("Cannot call it", "", true);

function record(id: string): DeliveryRecord {
  return {
    work: delivery(id),
    result: {
      status_code: 200,
      error: null,
      duration_ms: 1,
      response_excerpt: null,
      retry_after: null,
    },
  };
}

const idsOf = (records: readonly DeliveryRecord[]) => records.map(({ work }) => work.delivery_id);

Deno.test("what comes while a page is being written goes together with the next one", async () => {
  const pages: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const recorder = createRecorder({
    async recordPage(page) {
      pages.push(idsOf(page));
      if (pages.length === 1) await gate.promise;
    },
    recordOne: () => Promise.reject(new Error("Not one by one")),
  });

  const all = ["1", "2", "3"].map((id) => recorder(record(id)));
  gate.resolve();
  await Promise.all(all);

  assert.deepEqual(pages, [["del_1"], ["del_2", "del_3"]]);
});

Deno.test("a page that the database refuses is recorded one by one, so that one bad row spoils no other", async () => {
  const recorded: string[] = [];
  const recorder = createRecorder({
    recordPage: () => Promise.reject(REFUSED),
    recordOne({ work }) {
      if (work.delivery_id === "del_2") return Promise.reject(new Error("bad row"));
      recorded.push(work.delivery_id);
      return Promise.resolve();
    },
  });

  const ends = await Promise.allSettled(["1", "2", "3"].map((id) => recorder(record(id))));

  assert.deepEqual(ends.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(recorded, ["del_1", "del_3"]);
});

Deno.test("where the database takes no pages yet, each result goes alone", async () => {
  const recorded: string[] = [];
  const recorder = createRecorder({
    recordPage: () => Promise.reject(NOT_THERE_YET),
    recordOne: ({ work }) => Promise.resolve(void recorded.push(work.delivery_id)),
  });

  await Promise.all(["1", "2"].map((id) => recorder(record(id))));

  assert.deepEqual(recorded, ["del_1", "del_2"]);
});

Deno.test("a page that one of its rows makes too slow is recorded one by one as well", async () => {
  const recorded: string[] = [];
  const recorder = createRecorder({
    recordPage: () => Promise.reject(TIMED_OUT),
    recordOne({ work }) {
      if (work.delivery_id === "del_1") return Promise.reject(TIMED_OUT);
      recorded.push(work.delivery_id);
      return Promise.resolve();
    },
  });

  const ends = await Promise.allSettled(["1", "2", "3"].map((id) => recorder(record(id))));

  assert.deepEqual(ends.map(({ status }) => status), ["rejected", "fulfilled", "fulfilled"]);
  assert.deepEqual(recorded, ["del_2", "del_3"]);
});

Deno.test("while the database is away nothing is tried one by one, and the next page is tried again", async () => {
  const answers = [Promise.reject(AWAY), Promise.resolve()];
  const recorder = createRecorder({
    recordPage: () => answers.shift() ?? Promise.resolve(),
    recordOne: () => Promise.reject(new Error("Not one by one")),
  });

  await assert.rejects(recorder(record("1")), AWAY);
  await recorder(record("2"));
});
