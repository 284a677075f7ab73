import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import imports from "../import_map.json" with { type: "json" };
import type { FilmRequest } from "./types.ts";

const CLIENT = pathToFileURL(join(import.meta.dirname ?? "", "reelay.ts"));

Deno.test("the client runs where types are only left out, as Node does it", async () => {
  await passes(`import "${CLIENT}";`, { erasableSyntaxOnly: true, lib: ["deno.window"] });
});

Deno.test("the client's types hold in a strict project of Node's, without a browser's", async () => {
  // Deno takes Node's own `crypto` away.
  const app = `
    import "${CLIENT}";
    import type { webcrypto } from "node:crypto";
    declare global { var crypto: webcrypto.Crypto; }`;
  await passes(app, {
    lib: ["es2022"],
    types: [imports.imports["@types/node"]],
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  });
});

/** Checks the types of a program under these options alone. */
async function passes(program: string, compilerOptions: Record<string, unknown>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [app, config] = [join(folder, "app.ts"), join(folder, "deno.json")];
    await Deno.writeTextFile(app, program);
    await Deno.writeTextFile(config, JSON.stringify({ nodeModulesDir: "none", compilerOptions }));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-lock", "--config", config, app],
      env: { NO_COLOR: "1" },
    }).output();

    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a film may be asked for with whatever continuity a scene can have", () => {
  const continuities = ["last_frame", "cut", "shared_keyframe"] as const;
  const film: FilmRequest = {
    video_id: "v",
    user_id: "u",
    scenes: continuities.map((continuity) => ({ prompt: "A bay", continuity })),
  };

  assert.equal(film.scenes?.length, 3);
});
