import assert from "node:assert/strict";
import { regenerateScene, selectTake } from "../functions/_shared/management/films.ts";
import { aFilm, drive, sceneIdsOf, takesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";

const OTHER = "https://images.test/other.png";

Deno.test(
  "select_take of a shared keyframe's image takes the clip that ends with it along",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "shared_keyframe"] });
    const [, second = ""] = await sceneIdsOf(sql, projectId);
    await regenerateScene(db, second, { image_url: OTHER });
    await drive(given, projectId);

    await selectTake(db, second, 1);

    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED*",
      "1.2 COMPLETED",
      "2.1 COMPLETED*",
      "2.2 COMPLETED",
    ]);
    await drive(given, projectId);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "select_take: what ends with a take's image goes back though its takes have other numbers, and only then",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "shared_keyframe"] });
    const [first = "", second = ""] = await sceneIdsOf(sql, projectId);
    const make = async (sceneId: string, changes: { image_url?: string }) => {
      await regenerateScene(db, sceneId, changes);
      await drive(given, projectId);
    };
    await make(second, {});
    await make(first, {});
    await make(second, { image_url: OTHER });

    const scenes = async (take: number) => {
      const answer = await selectTake(db, second, take);
      await drive(given, projectId);
      return answer.scenes;
    };
    assert.deepEqual(await scenes(2), [first, second]);
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED",
      "1.2 COMPLETED*",
      "1.3 COMPLETED",
      "2.1 COMPLETED",
      "2.2 COMPLETED*",
      "2.3 COMPLETED",
    ]);
    assert.deepEqual(await scenes(1), [second], "its image is the same");
    assert.deepEqual(await scenes(3), [first, second]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "select_take: the job's image is the same image where a scene names it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "shared_keyframe"] });
    const [first = "", second = ""] = await sceneIdsOf(sql, projectId);
    await regenerateScene(db, first, {});
    await drive(given, projectId);
    await regenerateScene(db, second, { image_url: "https://images.test/start.png" });
    await drive(given, projectId);

    assert.deepEqual((await selectTake(db, second, 1)).scenes, [second]);

    assert.equal((await takesOf(sql, projectId))[1], "1.2 COMPLETED*");
  }),
);
