import assert from "node:assert/strict";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { aFilm, drive, refusalOf, sceneIdsOf, takesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";

const AT_NIGHT = {
  prompt: "At night",
  asked: { idempotency_key: "night", prompt: "At night" },
};

Deno.test(
  "take_again: what is asked for twice under one key is one take, while it is made and when it is there",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["last_frame", "last_frame", "cut"] });
    const [first = "", second, third = ""] = await sceneIdsOf(sql, projectId);
    // Another scene's take has the same number.
    await regenerateScene(db, third, {});

    const made = await regenerateScene(db, first, AT_NIGHT);
    const again = await regenerateScene(db, first, AT_NIGHT);
    await drive(given, projectId);
    const later = await regenerateScene(db, first, AT_NIGHT);

    assert.deepEqual([made.take, made.scenes, made.duplicate], [2, [first, second], undefined]);
    for (const answer of [again, later]) {
      assert.deepEqual([answer.take, answer.scenes, answer.duplicate], [2, [first, second], true]);
    }
    assert.deepEqual([later.was, later.status], ["completed", "completed"]);
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED",
      "1.2 COMPLETED*",
      "2.1 COMPLETED",
      "2.2 COMPLETED*",
      "3.1 COMPLETED",
      "3.2 COMPLETED*",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "take_again: another key, another scene and no key are other takes; one key for two wishes is refused",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut", "cut"] });
    const [first = "", second = ""] = await sceneIdsOf(sql, projectId);
    const takes = [
      await regenerateScene(db, first, AT_NIGHT),
      await regenerateScene(db, first, { asked: { idempotency_key: "other" } }),
      await regenerateScene(db, first, {}),
      await regenerateScene(db, first, {}),
      await regenerateScene(db, second, AT_NIGHT),
    ];

    assert.deepEqual(takes.map(({ take }) => take), [2, 3, 4, 5, 2]);
    assert.deepEqual(
      await refusalOf(regenerateScene(db, first, { asked: { idempotency_key: "night" } })),
      `RL409 Cannot regenerate scene "${first}": the idempotency key belongs to another take of it`,
    );
  }),
);
