import assert from "node:assert/strict";
import { join } from "node:path";
import { signWebhook } from "../supabase/functions/_shared/sign_webhook.ts";
import { findNode, findPython, type Program } from "../tests/programs.ts";
import { PROJECT_ROOT } from "../tools/project_root.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD = "whsec_" + btoa("the secret of the past year");
const TEXT = '{"type":"video.generation.completed","data":{"title":"ü"}}';

type Case = { text: string; headers: Record<string, string>; secret: string };

/** What each language's snippet has to say to which callback. */
function cases(): { fits: boolean; given: Case }[] {
  const timestamp = Math.floor(Date.now() / 1000);
  const sign = (secrets: string[], at = timestamp) =>
    signWebhook(secrets, { id: "msg_1", timestamp: at, body: TEXT });
  const good: Case = { text: TEXT, headers: sign([SECRET]), secret: SECRET };
  const other = { ...good.headers, "webhook-signature": "v1,AAAA v1, nonsense" };
  return [
    { fits: true, given: good },
    { fits: true, given: { ...good, headers: sign([OLD, SECRET]) } },
    { fits: false, given: { ...good, text: TEXT.replace("completed", "failed") } },
    { fits: false, given: { ...good, headers: sign([OLD]) } },
    { fits: false, given: { ...good, headers: sign([SECRET], timestamp - 400) } },
    { fits: false, given: { ...good, headers: sign([SECRET], timestamp + 400) } },
    { fits: false, given: { ...good, headers: other } },
    { fits: false, given: { ...good, headers: { ...good.headers, "webhook-id": "msg_2" } } },
    { fits: false, given: { ...good, headers: { ...good.headers, "webhook-signature": "v1,é" } } },
  ];
}

type Language = { fence: string; file: string; program: Program; rest: string };

/** The snippets of README.md that define `verify`, and what lets each speak: a line of JSON in and out. */
const LANGUAGES: Language[] = [
  {
    fence: "js",
    file: "verify.mjs",
    program: await findNode(),
    rest: `
const verdicts = JSON.parse(process.argv[2]).map(({ text, headers, secret }) => {
  try { return verify(text, headers, secret); } catch { return null; }
});
console.log(JSON.stringify(verdicts));`,
  },
  {
    fence: "ts",
    file: "verify.ts",
    program: { name: Deno.execPath(), args: ["run", "--no-config"] },
    rest: `
const verdicts = [];
for (const { text: body, headers, secret } of JSON.parse(Deno.args[0] ?? "[]")) {
  const request = new Request("http://x.example/", { method: "POST", headers, body });
  verdicts.push(await verify(request, secret).catch(() => null));
}
console.log(JSON.stringify(verdicts));`,
  },
  {
    fence: "python",
    file: "verify.py",
    program: await findPython(),
    rest: `
import sys
verdicts = []
for case in json.loads(sys.argv[1]):
    try:
        verdicts.append(verify(case["text"].encode(), case["headers"], case["secret"]))
    except (ValueError, KeyError):
        verdicts.append(None)
print(json.dumps(verdicts))`,
  },
];

async function snippet(fence: string): Promise<string> {
  const text = await Deno.readTextFile(join(PROJECT_ROOT, "README.md"));
  const blocks = [...text.matchAll(/^\`\`\`(\w+)\n([^]*?)^\`\`\`$/gm)];
  const found = blocks.filter(([, lang, code]) =>
    lang === fence && /\b(function|def) verify\(/.test(code ?? "")
  );
  assert.equal(found.length, 1, `README.md has one ${fence} snippet that verifies`);
  return (found[0]?.[2] ?? "").replace("./client/", `file://${PROJECT_ROOT}/client/`);
}

for (const language of LANGUAGES) {
  const name = `the docs' ${language.fence} snippet takes what is Reelay's, and nothing else`;
  Deno.test({ name, ignore: language.program === null, fn: () => speaks(language) });
}

async function speaks({ fence, file, program, rest }: Language): Promise<void> {
  assert.ok(program);
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, file);
    await Deno.writeTextFile(path, await snippet(fence) + rest);
    const expected = cases();
    const { success, stdout, stderr } = await new Deno.Command(program.name, {
      args: [...program.args, path, JSON.stringify(expected.map(({ given }) => given))],
    }).output();

    assert.ok(success, new TextDecoder().decode(stderr));
    assert.deepEqual(
      JSON.parse(new TextDecoder().decode(stdout)),
      expected.map(({ fits }) => fits ? JSON.parse(TEXT) : null),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
