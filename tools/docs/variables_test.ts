import assert from "node:assert/strict";
import { join } from "node:path";
import { VARIABLES } from "../../local/env.ts";
import { PROJECT_ROOT } from "../project_root.ts";
import { readExample, variablesPage } from "./variables.ts";

const read = (path: string) => Deno.readTextFile(join(PROJECT_ROOT, path));

Deno.test("docs/variables.md is what .env.example says", async () => {
  assert.equal(
    await read("docs/variables.md"),
    variablesPage(await read(".env.example")),
    "Run `deno task docs:variables`",
  );
});

Deno.test("every variable that the stack knows is explained, and no other", async () => {
  const { sections } = readExample(await read(".env.example"));
  const explained = sections.flatMap(({ variables }) => variables.map(({ name }) => name));

  assert.deepEqual(explained.toSorted(), VARIABLES.toSorted());
});

Deno.test("a variable has the comment above it; one without shares the one before", () => {
  const { sections } = readExample(
    "# Intro\n\n# --- Keys ---\n# Of all.\n\n# The first.\n#A_KEY=x|y\n#B_KEY=\n",
  );
  assert.deepEqual(sections, [{
    title: "Keys",
    words: ["Of all."],
    variables: [
      { name: "A_KEY", example: "x|y", words: "The first." },
      { name: "B_KEY", example: "", words: "" },
    ],
  }]);
  assert.match(
    variablesPage("# --- Keys ---\n# One.\n#A_KEY=x|y\n"),
    /`A_KEY` \| One\. Example: `x\|y`\./,
  );
});
