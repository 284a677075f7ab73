import assert from "node:assert/strict";
import { testDatabase } from "../../local/postgres/testing.ts";
import { readRefusal } from "../functions/_shared/refusal.ts";
import { onDatabase } from "./given.ts";
import { fail } from "./verbs.ts";

const RUNBOOK = Deno.readTextFileSync(new URL("../../docs/operations.md", import.meta.url));
const BLOCKS = [...RUNBOOK.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);

Deno.test("every statement of the runbook runs as it stands", async () => {
  const database = await testDatabase();
  try {
    assert(BLOCKS.length > 3);
    for (const block of BLOCKS) {
      await database.connect().unsafe(block).simple().catch((error: Error) => {
        throw new Error(`${error.message}: ${block}`);
      });
    }
  } finally {
    await database.close();
  }
});

Deno.test(
  "after an outage, or a wrong key, the runbook's statement retries what failed of it, and nothing else",
  onDatabase(async (given) => {
    const refused = (status: number) =>
      readRefusal(
        { status, headers: new Headers(), body: '{"detail":"Not now"}' },
        { provider: "fal", keyVariable: "FAL_KEY", secrets: [], now: Date.now() },
      ).message;
    const messages = ["Cannot reach fal: connection refused", ...[500, 503, 401, 422].map(refused)];
    for (const message of messages) await fail(given.db, await given.aClaimedClip(), { message });
    assert.equal((await failed()).length, messages.length);

    const statement = BLOCKS.find((block) => block.includes("public.retry_project"));
    await given.sql.unsafe(statement ?? "").simple();

    assert.deepEqual(await failed(), [`Scene 1: ${refused(422)}`]);

    async function failed(): Promise<string[]> {
      const rows = await given.sql`
        select error_message from public.projects where status = 'failed'`;
      return rows.map(({ error_message }) => error_message);
    }
  }),
);
