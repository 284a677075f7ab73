import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT_ROOT } from "../project_root.ts";

const read = (path: string) => Deno.readTextFile(join(PROJECT_ROOT, path));
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, word]) => word);

Deno.test("operations.md says of every alert what to do, and of no other", async () => {
  const alerts = all(await read("monitoring/alerts.yml"), /^ +- alert: (\w+)$/gm);
  const explained = all(await read("docs/operations.md"), /^### (\w+)$/gm);

  assert(alerts.length > 10);
  assert.deepEqual(explained, alerts);
});

Deno.test("every alert names its runbook, what happened and how soon somebody is needed", async () => {
  const [, ...rules] = (await read("monitoring/alerts.yml")).split(/^ +- alert: /m);

  for (const rule of rules) {
    const name = /^\w+/.exec(rule)?.[0] ?? "";
    assert.match(rule, /labels: \{ severity: (page|ticket) \}/, name);
    assert.match(rule, /summary: .{20,}/, name);
    assert(rule.includes(`runbook: docs/operations.md#${name.toLowerCase()}`), name);
  }
});

const FAMILIES = "supabase/functions/webhook-manage/metric_families.ts";
const isThere = await read(FAMILIES).then(() => true, () => false);

Deno.test({
  name: "alerts ask only for figures that the metrics have",
  ignore: !isThere,
  async fn() {
    const told = await read(FAMILIES);
    const names = new Set(all(await read("monitoring/alerts.yml"), /\breelay_([a-z_]+)/g));

    for (const name of names) {
      assert(told.includes(`"${name}"`) || told.includes(`"reelay_${name}"`), `reelay_${name}`);
    }
  },
});

const promtool = async (args: string[]) =>
  await new Deno.Command("promtool", { args, cwd: PROJECT_ROOT }).output();
const hasPromtool = await promtool(["--version"]).then(() => true, () => false);

Deno.test({
  name: "alerts fire when they should, by Prometheus's own tool where it is installed",
  ignore: !hasPromtool,
  async fn() {
    const { code, stdout, stderr } = await promtool([
      "test",
      "rules",
      "monitoring/alerts_test.yml",
    ]);

    assert.equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  },
});
