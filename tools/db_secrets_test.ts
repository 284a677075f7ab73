import assert from "node:assert/strict";
import { testDatabase } from "../local/postgres/testing.ts";
import { checkVault } from "./doctor/check_vault.ts";
import { writeDatabaseSecrets } from "./db_secrets.ts";

Deno.test("db:secrets creates, updates and leaves alone; the doctor is content each time", async () => {
  const { sql, close } = await testDatabase();
  const env: Record<string, string> = {
    WEBHOOK_BASE_URL: "https://films.test/functions/v1/",
    PIPELINE_BELL_SECRET: "whsec_b2xk",
  };
  const get = (name: string) => env[name];
  async function write(): Promise<string[]> {
    const written = await writeDatabaseSecrets(sql, get);
    assert.deepEqual((await checkVault(sql, get)).map(({ state }) => state), ["ok", "ok"]);
    return written.map(({ name, done }) => `${done} ${name}`);
  }
  try {
    assert.deepEqual(await write(), [
      "created reelay_functions_url",
      "created reelay_bell_secret",
    ]);
    env.PIPELINE_BELL_SECRET = "whsec_bmV3,whsec_b2xk";
    assert.deepEqual(await write(), [
      "unchanged reelay_functions_url",
      "updated reelay_bell_secret",
    ]);

    const secrets = await sql`
      select name, decrypted_secret as value from vault.decrypted_secrets order by name`;
    assert.deepEqual([...secrets], [
      { name: "reelay_bell_secret", value: "whsec_bmV3,whsec_b2xk" },
      { name: "reelay_functions_url", value: "https://films.test/functions/v1" },
    ]);
  } finally {
    await close();
  }
});

Deno.test("db:secrets writes nothing while one of the two is not set", async () => {
  const { sql, close } = await testDatabase();
  try {
    const get = (name: string) => name === "PIPELINE_BELL_SECRET" ? "whsec_b2xk" : undefined;

    await assert.rejects(
      writeDatabaseSecrets(sql, get),
      /Cannot write secrets: WEBHOOK_BASE_URL is not set; set it to https:.*\/functions\/v1$/,
    );
    assert.equal((await sql`select from vault.secrets`).length, 0);
  } finally {
    await close();
  }
});

Deno.test("db:secrets mends what Vault cannot decrypt: a backup of another project brought it", async () => {
  const { sql, close } = await testDatabase();
  const env: Record<string, string> = {
    WEBHOOK_BASE_URL: "https://films.test/functions/v1",
    PIPELINE_BELL_SECRET: "whsec_b2xk",
  };
  const get = (name: string) => env[name];
  try {
    await writeDatabaseSecrets(sql, get);
    await sql`update vault.secrets set secret = 'of another key' where name = 'reelay_bell_secret'`;
    const [, bell] = await checkVault(sql, get);
    assert.match(bell?.what ?? "", /reelay_bell_secret cannot be decrypted/);

    const written = await writeDatabaseSecrets(sql, get);

    assert.deepEqual(written.map(({ done }) => done), ["unchanged", "updated"]);
    assert.deepEqual((await checkVault(sql, get)).map(({ state }) => state), ["ok", "ok"]);
  } finally {
    await close();
  }
});
