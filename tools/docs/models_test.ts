import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveModel } from "../../supabase/functions/_shared/fal/models.ts";
import { withEndFrame } from "../../supabase/functions/_shared/planning/plan_seams.ts";
import { PROJECT_ROOT } from "../project_root.ts";
import { modelsPage } from "./models.ts";

Deno.test("docs/models.md lists the models that there are", async () => {
  const page = await Deno.readTextFile(join(PROJECT_ROOT, "docs/models.md"));
  assert.equal(page, modelsPage(), "Run `deno task docs:models`");
});

Deno.test("each name on the page is a model that a job can ask for", () => {
  const table = modelsPage().split("|---|---|---|---|---|")[1] ?? "";
  const names = [...table.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
  assert.ok(names.length > 200 && names.includes("kling") && names.includes("veo-3.1"));
  for (const name of names) {
    const model = resolveModel(name, false);
    assert.deepEqual(model && withEndFrame(model, true).unmet, [], name);
  }
});
