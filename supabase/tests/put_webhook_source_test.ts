import assert from "node:assert/strict";
import { setVaultSecret } from "../../local/postgres/migrations.ts";
import {
  listWebhookSources,
  putWebhookSource,
  removeWebhookSource,
  type SourceChanges,
} from "../functions/_shared/management/sources.ts";
import { SCHEMES } from "../functions/_shared/signatures/schemes.ts";
import {
  readWebhookSources,
  receiveSourceCallback,
} from "../functions/_shared/transitions/sources.ts";
import { refusalOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { only } from "./look.ts";

const CRM = { scheme: "hmac", secret_name: "CRM_SECRET" };
const CALLBACK = {
  source: "crm",
  delivery_id: "d1",
  token: null,
  type: "webhook.received",
  headers: {},
  raw_body: btoa("{}"),
  data: {},
};

/** Whether a callback that was verified by this is still taken. */
async function isTaken({ db }: Given, revision: string): Promise<boolean> {
  return await receiveSourceCallback(db, CALLBACK, { revision }) !== null;
}

Deno.test(
  "put_webhook_source creates a source, then changes what it is told alone",
  onDatabase(async ({ db }) => {
    await putWebhookSource(db, "crm", { ...CRM, id_path: "data.id", rate_limit: 60 });

    const changed = await putWebhookSource(db, "crm", { is_enabled: false, rate_limit: null });

    const { created_at, updated_at, ...rest } = changed;
    assert.deepEqual(rest, {
      name: "crm",
      ...CRM,
      header: null,
      secret_in: "env",
      id_path: "data.id",
      type_path: null,
      rate_limit: null,
      handler_kind: null,
      handler_target: null,
      is_enabled: false,
      has_secret: null,
    });
    assert.ok(`${updated_at}` > `${created_at}`);
    assert.deepEqual(await listWebhookSources(db), [changed]);
    assert.deepEqual(await readWebhookSources(db), [], "a disabled one is none for the door");
  }),
);

Deno.test(
  "put_webhook_source takes a URL in capitals, as the door does",
  onDatabase(async ({ db }) => {
    const handler = { handler_kind: "delivery", handler_target: "HTTPS://desk.test/Hook" } as const;

    const { handler_target } = await putWebhookSource(db, "crm", { ...CRM, ...handler });

    assert.equal(handler_target, "https://desk.test/Hook");
  }),
);

Deno.test(
  "put_webhook_source refuses names of ours, what it does not know, and what is missing",
  onDatabase(async ({ db }) => {
    const names = ["fal", "video", "lastframe", "stitch", "task", "health", "stats", "custom"];
    for (const name of [...names, "Crm", "a/b", "a.b", "", "-a", "a".repeat(64)]) {
      const refusal = await refusalOf(putWebhookSource(db, name, CRM));
      assert.match(refusal, /^RL400 Cannot put source/, name);
    }

    const wrong: SourceChanges[] = [
      { secret_name: "CRM_SECRET" },
      { scheme: "hmac" },
      { ...CRM, scheme: "rot13" },
      { ...CRM, header: "X-Upper" },
      { ...CRM, scheme: "stripe", header: "x-other" },
      { ...CRM, secret_name: "crm secret" },
      { ...CRM, secret_name: "SUPABASE_SECRET_KEYS" },
      { ...CRM, id_path: "a..b" },
      { ...CRM, rate_limit: 0 },
      { ...CRM, handler_kind: "function" },
      { ...CRM, handler_target: "note" },
      { ...CRM, handler_kind: "function", handler_target: "nobody_wrote_it" },
      { ...CRM, handler_kind: "function", handler_target: "x(); drop table y" },
      { ...CRM, handler_kind: "delivery", handler_target: "ftp://desk.test" },
    ];
    for (const changes of wrong) {
      const refusal = await refusalOf(putWebhookSource(db, "crm", changes));
      assert.match(refusal, /^RL400 Cannot put source "crm": /, JSON.stringify(changes));
    }
    assert.deepEqual(await listWebhookSources(db), []);
  }),
);

Deno.test(
  "put_webhook_source takes the schemes that the door knows, and a header where the scheme leaves it open",
  onDatabase(async ({ db, sql }) => {
    for (const [scheme, { anyHeader }] of Object.entries(SCHEMES)) {
      await putWebhookSource(db, "crm", { ...CRM, scheme, header: null });

      const withHeader = putWebhookSource(db, "crm", { header: "x-own" });
      if (anyHeader) assert.equal((await withHeader).header, "x-own", scheme);
      else assert.match(await refusalOf(withHeader), /header can be chosen for/, scheme);
    }
    const [row] = await sql`
      select pg_get_constraintdef(oid) as known from pg_constraint
      where conname = 'source_scheme_is_known'`;
    const known = [...row?.known.matchAll(/'(\w+)'/g)].map(([, name]) => name);
    assert.deepEqual(known.toSorted(), Object.keys(SCHEMES).toSorted());
  }),
);

Deno.test(
  "put_webhook_source says of each rule what is asked for, and of which field",
  onDatabase(async ({ db }) => {
    const wrong: [string, SourceChanges, RegExp][] = [
      ["fal", CRM, /: Reelay uses that name itself$/],
      ["Crm", CRM, /: its name has small letters/],
      ["crm", { ...CRM, secret_name: "a b" }, /: secret_name is an environment variable/],
      [
        "crm",
        { ...CRM, handler_kind: "function" },
        /: handler_kind and handler_target go together/,
      ],
      ["crm", { ...CRM, scheme: "github", header: "x-own" }, /: header can be chosen for hmac,/],
    ];
    for (const [name, changes, says] of wrong) {
      assert.match(await refusalOf(putWebhookSource(db, name, changes)), says);
    }
  }),
);

Deno.test(
  "a source's secret in Vault reaches the door, and no list",
  onDatabase(async ({ db, sql }) => {
    await setVaultSecret(sql, "crm", "old-secret,new-secret");
    const shown = await putWebhookSource(db, "crm", {
      ...CRM,
      secret_in: "vault",
      secret_name: "crm",
    });

    assert.equal(only(await readWebhookSources(db)).secret, "old-secret,new-secret");
    const all = JSON.stringify([shown, await listWebhookSources(db)]);
    assert.ok(!all.includes("old-secret") && all.includes('"has_secret":true'));

    await putWebhookSource(db, "crm", { secret_name: "not there" });
    assert.equal(only(await readWebhookSources(db)).secret, null);
    assert.equal(only(await listWebhookSources(db)).has_secret, false);
    await sql`delete from vault.secrets where name = 'crm'`;
  }),
);

Deno.test(
  "a callback is taken only by what its source is now: not by what it was a moment ago",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await setVaultSecret(sql, "crm", "first");
    await putWebhookSource(db, "crm", { ...CRM, secret_in: "vault", secret_name: "crm" });
    const changes = [
      () => putWebhookSource(db, "crm", { scheme: "bearer" }),
      () => setVaultSecret(sql, "crm", "second"),
      () => putWebhookSource(db, "crm", { is_enabled: false }),
      () => putWebhookSource(db, "crm", { is_enabled: true }),
      () => removeWebhookSource(db, "crm"),
    ];

    for (const change of changes) {
      const before = (await readWebhookSources(db))[0]?.revision ?? "none";
      assert.equal(await isTaken(given, before), before !== "none");
      await change();
      assert.equal(await isTaken(given, before), false);
    }
    assert.equal((await sql`select from public.webhook_logs`).length, 1);
    await sql`delete from vault.secrets where name = 'crm'`;
  }),
);

Deno.test(
  "remove_webhook_source says so when there is none",
  onDatabase(async ({ db }) => {
    await putWebhookSource(db, "crm", CRM);

    assert.deepEqual(await removeWebhookSource(db, "crm"), { name: "crm", removed: true });
    const refusal = await refusalOf(removeWebhookSource(db, "crm"));
    assert.equal(refusal, 'RL404 Cannot remove source "crm": no such source');
  }),
);
