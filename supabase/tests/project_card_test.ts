import assert from "node:assert/strict";
import { aFilm } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";

Deno.test(
  "a film's card tells what it cost when its attempts are not kept any more, too",
  onDatabase(async (given) => {
    const { sql } = given;
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 0.35, current_date, 'a test')`;
    await aFilm(given);
    const usd = async () =>
      only(await sql`select private.project_card(projects) -> 'usd' as usd from public.projects`)
        .usd;
    const before = await usd();
    assert(Number(before) >= 0.35);

    await sql`select private.prune_attempts('', private.clock() + interval '1 day', 10)`;

    assert.deepEqual([...await sql`select from private.attempts`], []);
    assert.equal(await usd(), before);
  }),
);
