import assert from "node:assert/strict";
import { isBellDeaf, ringBell } from "../functions/_shared/transitions/work.ts";
import { onDatabase } from "./given.ts";
import { claim, moveClock, setSetting } from "./verbs.ts";

Deno.test(
  "is_bell_deaf says so once rings went unanswered for bell_deaf_seconds",
  onDatabase(async ({ db, sql }) => {
    await setSetting(sql, "bell_deaf_seconds", 10);
    assert.equal(await isBellDeaf(db), false);
    await ringBell(db);
    await moveClock(sql, 9);
    assert.equal(await isBellDeaf(db), false);

    await moveClock(sql, 2);
    assert.equal(await isBellDeaf(db), true);
  }),
);

Deno.test(
  "is_bell_deaf counts from the first unanswered ring, not from the last",
  onDatabase(async ({ db, sql }) => {
    await setSetting(sql, "bell_deaf_seconds", 10);
    await ringBell(db);
    await moveClock(sql, 6);
    assert.equal(await ringBell(db), true);

    await moveClock(sql, 5);

    assert.equal(await isBellDeaf(db), true);
  }),
);

Deno.test(
  "is_bell_deaf is over as soon as a runner answers a ring",
  onDatabase(async ({ db, sql }) => {
    await ringBell(db);
    await moveClock(sql, 11);
    await claim(db);
    assert.equal(await isBellDeaf(db), true);

    await claim(db, { answersBell: true });

    assert.equal(await isBellDeaf(db), false);
  }),
);
