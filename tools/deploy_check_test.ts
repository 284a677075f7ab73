import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { checkUploads } from "./check_uploads.ts";
import { LOCAL_DENO } from "./deno_binary.ts";
import { uploadFunctions } from "./upload_functions.ts";

const CONFIG = `project_id = "check"
[functions.greet]
verify_jwt = false
import_map = "../import_map.json"
`;

const FOUND = `import { word } from "../_shared/word.ts";
Deno.serve(() => new Response(word));
`;

// A default and a broken list in one import: the CLI's regular expression does not see it.
const OVERLOOKED = `import word, {
  type Word,
} from "../_shared/word.ts";
const answer: Word = word;
Deno.serve(() => new Response(answer));
`;

/** Deploys a project of one function and returns what is wrong with its upload. */
async function faultsOf(
  { index, config = CONFIG, entry = "greet" }: { index: string; config?: string; entry?: string },
): Promise<{ faults: string[]; files: string[] }> {
  const root = await Deno.makeTempDir();
  try {
    const files: Record<string, string> = {
      "import_map.json": `{"imports":{}}`,
      "supabase/config.toml": config,
      "supabase/functions/_shared/word.ts":
        `export type Word = string;\nexport const word = "hi";\nexport default word;\n`,
      [`supabase/functions/${entry}/index.ts`]: index,
      [`supabase/functions/${entry}/index_test.ts`]: `import "./index.ts";\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }

    const { uploads } = await uploadFunctions(root);
    const faults = await checkUploads(uploads, [LOCAL_DENO]);

    const upload = uploads.find(({ name }) => name === "greet");
    return { faults: faults.get("greet") ?? [], files: [...upload?.files.keys() ?? []].sort() };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("deploy:check passes a function whose every import is uploaded, without its test", async () => {
  const { faults, files } = await faultsOf({ index: FOUND });

  assert.deepEqual(faults, []);
  assert.deepEqual(files, [
    "import_map.json",
    "supabase/functions/_shared/word.ts",
    "supabase/functions/greet/index.ts",
  ]);
});

Deno.test("deploy:check fails a function that imports a file which the CLI overlooks", async () => {
  const { faults, files } = await faultsOf({ index: OVERLOOKED });

  assert.deepEqual(files, ["import_map.json", "supabase/functions/greet/index.ts"]);
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /Deno 2\.9\.6: .*_shared\/word\.ts/s);
});

Deno.test("deploy:check fails a function with a type error", async () => {
  const { faults } = await faultsOf({ index: FOUND.replace("Response(word)", "Response(1)") });

  assert.match(faults.join("\n"), /TS2345/);
});

Deno.test("deploy:check fails a function whose callers would need a JWT", async () => {
  const config = CONFIG.replace("verify_jwt = false\n", "");
  const { faults } = await faultsOf({ index: FOUND, config });

  assert.deepEqual(faults, ["verify_jwt is not false in config.toml"]);
});

Deno.test("deploy:check fails a function that is configured and has no files", async () => {
  const { faults } = await faultsOf({ index: FOUND, entry: "other" });

  assert.deepEqual(faults, ["no supabase/functions/greet/index.ts in it"]);
});

Deno.test("deploy:check fails a function that carries a test", async () => {
  const { faults } = await faultsOf({ index: `import "./index_test.ts";\n${FOUND}` });

  assert.deepEqual(faults, ["carries a test: supabase/functions/greet/index_test.ts"]);
});
