import { startCluster } from "../local/postgres/cluster.ts";
import { prepareTemplate } from "../local/postgres/testing.ts";
import { DENO_ENV } from "./deno_binary.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { runTests } from "./test_run.ts";
import { readArguments, refuse } from "./usage.ts";

const USAGE = `deno task test:model [--seed N] [--runs N] [--piece I/N]

Does whatever can be done to the machine, in generated orders, against the model of it in
supabase/tests/machine_rules.ts: what is answered, what may have changed, the invariants after each
command, and at last that every film ends.

  --seed N     which sequences (default: drawn); the same seed generates the same
  --runs N     how many (default 10000)
  --piece I/N  the I-th of N parts of them, each of which may run somewhere else

They run in pieces of 100 with seeds of their own. The first sequence that breaks a rule is shown,
made as short as it can be, with fast-check's own seed and path; then this ends with 1.`;

const PIECE = 100;
const FILE = "supabase/tests/model_test.ts";

if (import.meta.main) {
  Deno.exit(await main() ? 0 : 1);
}

async function main(): Promise<boolean> {
  const { values } = readArguments(USAGE, {
    options: {
      seed: { type: "string", default: String(crypto.getRandomValues(new Uint16Array(1))[0]) },
      runs: { type: "string", default: "10000" },
      piece: { type: "string", default: "1/1" },
    },
  });
  const [seed, runs] = [readWhole("--seed", values.seed), readWhole("--runs", values.runs)];
  const [part = 0, parts = 0] = values.piece.split("/").map((text) => readWhole("--piece", text));
  if (runs < 1) refuse("Cannot read --runs: it takes 1 or more");
  if (part < 1 || part > parts) refuse(`Cannot read --piece ${values.piece}: use 1/4 to 4/4`);

  const pieces = Array.from({ length: Math.ceil(runs / PIECE) }, (_, index) => ({
    // Far enough from the next seed's: a run with another --seed shares none.
    seed: seed * 1_000_000 + index,
    runs: Math.min(PIECE, runs - index * PIECE),
  })).filter((_, index) => index % parts === part - 1);
  return await runPieces(pieces);
}

type Piece = { seed: number; runs: number };

async function runPieces(pieces: Piece[]): Promise<boolean> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stop.abort());
  }
  const total = pieces.reduce((sum, { runs }) => sum + runs, 0);
  console.log(`${total} sequences in ${pieces.length} pieces`);
  const since = performance.now();
  const cluster = await startCluster({
    port: 0,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  try {
    await prepareTemplate(cluster.url);
    let passed = 0;
    for (const piece of pieces) {
      if (stop.signal.aborted || !await runPiece(piece, cluster.url, stop.signal)) return false;
      passed += piece.runs;
      const seconds = Math.round((performance.now() - since) / 1000);
      console.log(`${passed} of ${total} sequences in ${seconds} s`);
    }
    return true;
  } finally {
    await cluster.stop("immediate");
  }
}

async function runPiece(piece: Piece, clusterUrl: string, signal: AbortSignal): Promise<boolean> {
  const said: Uint8Array[] = [];
  const { failed } = await runTests(Deno.execPath(), {
    args: ["test", "-A", "--no-check", FILE],
    cwd: PROJECT_ROOT,
    env: {
      ...DENO_ENV,
      REELAY_TEST_CLUSTER: clusterUrl,
      REELAY_MODEL_SEED: String(piece.seed),
      REELAY_MODEL_RUNS: String(piece.runs),
    },
    signal,
    show: (bytes) => Promise.resolve(void said.push(bytes)),
  });
  if (failed === 0) return true;
  for (const bytes of said) await Deno.stdout.write(bytes);
  return false;
}

function readWhole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return refuse(`Cannot read ${name}: ${text} is no whole number`);
}
