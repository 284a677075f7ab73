import assert from "node:assert/strict";
import { join } from "node:path";
import type { FilmRequest } from "./types.ts";

Deno.test("the client runs where types are only left out, as Node does it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = join(folder, "deno.json");
    await Deno.writeTextFile(
      config,
      JSON.stringify({ compilerOptions: { erasableSyntaxOnly: true, lib: ["deno.window"] } }),
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--no-lock",
        "--config",
        config,
        join(import.meta.dirname ?? "", "reelay.ts"),
      ],
      env: { NO_COLOR: "1" },
    }).output();

    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a film may be asked for with whatever continuity a scene can have", () => {
  const continuities = ["last_frame", "cut", "shared_keyframe"] as const;
  const film: FilmRequest = {
    video_id: "v",
    user_id: "u",
    scenes: continuities.map((continuity) => ({ prompt: "A bay", continuity })),
  };

  assert.equal(film.scenes?.length, 3);
});
