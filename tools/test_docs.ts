import { join } from "node:path";
import { startChatApp } from "../local/simulators/chat_app.ts";
import { startStack } from "../local/stack.ts";
import { openCloud } from "./docs/cloud.ts";
import { readBlocks } from "./docs/read_blocks.ts";
import { runDocument } from "./docs/run_document.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { readArguments } from "./usage.ts";

const USAGE = `deno task test:docs [part of a name...]

Runs the commands in README.md and docs/*.md that are marked for it (\`\`\`sh run), each document in
one shell, against a pocket stack; those of docs/deploying.md with the real Supabase CLI against a
stand-in of its API. They take curl, openssl and psql. \`# → words\` says what a command has to print.
The last line is "N passed, N failed".`;

/** Of the custom source that documents set up. */
const CRM_SECRET = "a-secret-of-the-crm";

/** What a reader has after `. supabase/functions/.env`. */
const SECRETS = [
  "WEBHOOK_SECRET",
  "OPERATOR_KEY",
  "CALLBACK_SIGNING_SECRET",
  "FAL_WEBHOOK_SECRET",
  "PIPELINE_BELL_SECRET",
];

if (import.meta.main) {
  const { positionals } = readArguments(USAGE, { allowPositionals: true });
  const { passed, failed } = await testDocuments(positionals);
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exit(failed > 0 || passed === 0 ? 1 : 0);
}

async function testDocuments(filters: string[]): Promise<{ passed: number; failed: number }> {
  const documents = (await listDocuments()).filter((path) =>
    filters.length === 0 || filters.some((part) => path.includes(part))
  );
  if (documents.length === 0) {
    console.log(`No document has ${filters.join(" or ")} in its path.`);
    return { passed: 0, failed: 0 };
  }
  console.log("Starting a stack ...");
  await using stack = await startStack({
    apiPort: 0,
    dbPort: 0,
    fal: { shortSide: 64, timeScale: 0.01 },
    env: { CRM_SECRET },
  });
  await everyDoorIsUp(`${stack.apiUrl}/functions/v1`);
  await using chat = await chatApp(stack.env.CALLBACK_SIGNING_SECRET ?? "");
  const local = {
    ...Object.fromEntries(SECRETS.map((name) => [name, stack.env[name] ?? ""])),
    API: `${stack.apiUrl}/functions/v1`,
    API_PORT: new URL(stack.apiUrl).port,
    CALLBACK_URL: chat.url,
    CRM_SECRET,
    NO_COLOR: "1",
  };

  const totals = { passed: 0, failed: 0 };
  for (const path of documents) {
    const text = await Deno.readTextFile(join(PROJECT_ROOT, path));
    const blocks = readBlocks(text).map((block) => ({
      ...block,
      text: here(block.text, stack),
    }));
    if (blocks.length === 0) continue;
    const began = performance.now();
    await using cloud = path.endsWith("deploying.md") ? await openCloud() : null;
    const ran = await runDocument(blocks, { cwd: PROJECT_ROOT, env: { ...local, ...cloud?.env } });
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (ran.ok) {
      totals.passed += ran.blocks;
      console.log(`ok     ${path}: ${ran.blocks} blocks (${seconds} s)`);
    } else {
      totals.failed++;
      console.log(`FAILED ${path}:${ran.line}\n${ran.why.replace(/^/gm, "       ")}`);
    }
  }
  return totals;
}

/** A stack is ready once a job can be posted; documents knock at every door. */
async function everyDoorIsUp(api: string): Promise<void> {
  for await (
    const { name, isDirectory } of Deno.readDir(join(PROJECT_ROOT, "supabase/functions"))
  ) {
    if (!isDirectory || name.startsWith("_")) continue;
    for (let status = 503; status === 503;) {
      const answer = await fetch(`${api}/${name}`, { method: "PUT" });
      status = answer.headers.has("sb-error-code") ? 503 : answer.status;
      await answer.body?.cancel();
      await pause(50);
    }
  }
}

/** The same command on this machine: the stack's own ports, and the Deno that runs this. */
function here(text: string, { apiUrl, dbUrl }: { apiUrl: string; dbUrl: string }): string {
  return text
    .replaceAll("http://127.0.0.1:54321", apiUrl)
    .replaceAll("postgresql://postgres:postgres@127.0.0.1:54322/postgres", dbUrl)
    .replaceAll(/(?:\bnpx -y deno@2\.9\.6|\bdeno) task /g, `${Deno.execPath()} task `);
}

async function chatApp(signingSecret: string): Promise<AsyncDisposable & { url: string }> {
  const chat = await startChatApp({ signingSecret });
  return { url: chat.callbackUrl, [Symbol.asyncDispose]: () => chat.stop() };
}

async function listDocuments(): Promise<string[]> {
  const found = ["README.md"];
  for await (const { name } of Deno.readDir(join(PROJECT_ROOT, "docs"))) {
    if (name.endsWith(".md")) found.push(`docs/${name}`);
  }
  return found.sort();
}
