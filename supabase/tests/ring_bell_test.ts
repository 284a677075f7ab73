import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { Webhook } from "standardwebhooks";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { ringBell } from "../functions/_shared/transitions/work.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { BELL_SECRET, FUNCTIONS_URL } from "./test_database.ts";
import { claim, moveClock } from "./verbs.ts";

Deno.test(
  "ring_bell rings once for a transaction, however much becomes due in it",
  onDatabase(async ({ db, sql }) => {
    await createProject(db, jobOf({ scenes: ["cut", "cut", "cut"] }));

    assert.equal((await rings(sql)).length, 1);
  }),
);

Deno.test(
  "ring_bell rings once even when the ring in the same transaction was answered",
  onDatabase(async ({ sql, openSession }) => {
    const session = await openSession();

    await session.sql`begin`;
    assert.equal(await ringBell(session.db), true);
    await claim(session.db, { answersBell: true });
    assert.equal(await ringBell(session.db), false);
    await session.sql`commit`;

    assert.equal((await rings(sql)).length, 1);
  }),
);

Deno.test(
  "ring_bell does not ring while a ring is under way that nobody answered",
  onDatabase(async ({ db, sql }) => {
    await createProject(db, jobOf());
    await createProject(db, jobOf());
    assert.equal((await rings(sql)).length, 1);

    await claim(db, { answersBell: true });
    await createProject(db, jobOf());

    assert.equal((await rings(sql)).length, 2);
  }),
);

Deno.test(
  "ring_bell waits for no ring of a clock that has been set back since",
  onDatabase(async ({ db, sql }) => {
    assert.equal(await ringBell(db), true);
    await moveClock(sql, -3600);

    assert.equal(await ringBell(db), true);
    assert.equal(await ringBell(db), false);
    assert.equal((await rings(sql)).length, 2);
  }),
);

Deno.test(
  "ring_bell rings again when the last ring had no answer for bell_repeat_seconds",
  onDatabase(async ({ db, sql }) => {
    assert.equal(await ringBell(db), true);
    await moveClock(sql, 4);
    assert.equal(await ringBell(db), false);

    await moveClock(sql, 2);

    assert.equal(await ringBell(db), true);
    assert.equal((await rings(sql)).length, 2);
  }),
);

Deno.test(
  "ring_bell does not wait for a transaction that rings just now",
  onDatabase(async ({ openSession }) => {
    const [ringing, late] = [await openSession(), await openSession()];
    await ringing.sql`begin`;
    await ringBell(ringing.db);

    assert.equal(await ringBell(late.db), false);

    await ringing.sql`rollback`;
    assert.equal(await ringBell(late.db), true);
  }),
);

Deno.test(
  "ring_bell posts to pipeline-step what the standardwebhooks package verifies",
  onDatabase(async ({ db, sql }) => {
    const plain = "a secret that is no whsec_";
    const secrets = [
      [BELL_SECRET, BELL_SECRET],
      [`v1,${BELL_SECRET},${plain}`, BELL_SECRET],
      [plain, "whsec_" + btoa(plain)],
      [BELL_SECRET.replace(/=+$/, ""), BELL_SECRET],
      [`${plain} , ${BELL_SECRET}`, "whsec_" + btoa(plain)],
    ] as const;
    for (const [stored, signedWith] of secrets) {
      await setVaultSecret(sql, "reelay_bell_secret", stored);
      await ringBell(db);
      await claim(db, { answersBell: true });

      const ring = (await rings(sql)).at(-1);
      assert.equal(ring?.url, `${FUNCTIONS_URL}/pipeline-step`);
      assert.equal(ring?.method, "POST");
      assert.deepEqual(new Webhook(signedWith).verify(ring.body, ring.headers), { type: "bell" });
    }
    await setVaultSecret(sql, "reelay_bell_secret", BELL_SECRET);
  }),
);

Deno.test(
  "ring_bell answers false and lets the work stand when Vault knows no functions URL",
  onDatabase(async ({ db, sql }) => {
    await setVaultSecret(sql, "reelay_functions_url", "");
    try {
      assert.equal((await createProject(db, jobOf())).outcome, "created");
      await moveClock(sql, 6);
      assert.equal(await ringBell(db), false);
      assert.equal((await rings(sql)).length, 0);
    } finally {
      await setVaultSecret(sql, "reelay_functions_url", FUNCTIONS_URL);
    }
  }),
);

type Ring = { url: string; method: string; body: string; headers: Record<string, string> };

function rings(sql: Sql): Promise<Ring[]> {
  return sql<Ring[]>`
    select url, method::text, convert_from(body, 'UTF8') as body, headers
    from net.http_request_queue order by id`;
}
