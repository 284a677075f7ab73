import assert from "node:assert/strict";
import { z } from "zod";
import { redriveDeliveries, replayDeliveries } from "../functions/_shared/management/deliveries.ts";
import { changeProject } from "../functions/_shared/management/films.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { aFilm, drive } from "./drive.ts";
import { BUSY, OK } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { claimDeliveries, complete, fail, moveClock } from "./verbs.ts";

Deno.test(
  "queue_deliveries tells the client once that a film is completed, with the client's own headers",
  onDatabase(async ({ db, aFilmToStore }) => {
    const work = await aFilmToStore({ webhook_headers: { "X-Tenant": "7" } });
    await complete(db, work);

    const delivery = only(await claimDeliveries(db));

    assert.equal(delivery.url, "https://client.test/callback");
    assert.deepEqual(delivery.headers, { "X-Tenant": "7" });
    assert.match(delivery.webhook_id, /^msg_/);
    const Body = z.object({ timestamp: z.iso.datetime() }).loose();
    const { timestamp: _, ...body } = Body.parse(JSON.parse(delivery.body));
    assert.deepEqual(body, {
      type: "video.generation.completed",
      data: {
        task_id: work.project_id,
        project_id: work.project_id,
        video_id: "video-1",
        chat_id: "chat-1",
        user_id: "user-1",
        status: "completed",
        version: 1,
        progress: 100,
        final_video_url: `https://made.test/${work.step_id}.mp4`,
        thumbnail_url: `https://made.test/${work.step_id}.jpg`,
        duration: 5,
        total_scenes: 1,
        error: null,
      },
    });
  }),
);

Deno.test(
  "queue_deliveries tells a failure with its reason",
  onDatabase(async ({ db, aClaimedClip }) => {
    await fail(db, await aClaimedClip(), { message: "NSFW" });

    const body = JSON.parse(only(await claimDeliveries(db)).body);

    assert.equal(body.type, "video.generation.failed");
    assert.deepEqual([body.data.status, body.data.error], ["failed", "Scene 1: NSFW"]);
  }),
);

Deno.test(
  "queue_deliveries leaves out what the job filtered out, and jobs without a callback_url",
  onDatabase(async ({ db, sql, aClaimedClip, aFilmToStore }) => {
    const onlyCompleted = ["video.generation.completed"];
    await fail(db, await aClaimedClip({ events: onlyCompleted }));
    await fail(db, await aClaimedClip({ video_id: "video-2", events: [] }));
    await fail(db, await aClaimedClip({ video_id: "video-3", callback_url: null }));
    assert.equal((await sql`select from public.webhook_deliveries`).length, 0);

    await complete(db, await aFilmToStore({ video_id: "video-4", events: onlyCompleted }));
    assert.equal((await sql`select from public.webhook_deliveries`).length, 1);
  }),
);

Deno.test(
  "queue_deliveries tells the notification service too, without the client's headers",
  onDatabase(async ({ db, aClaimedClip }) => {
    const job = { notify: true, callback_url: null, webhook_headers: { "X-Tenant": "7" } };
    await fail(db, await aClaimedClip(job));

    const delivery = only(await claimDeliveries(db));

    assert.deepEqual([delivery.endpoint_id, delivery.headers], ["notification", {}]);
  }),
);

for (const when of ["waits for its next try", "is on its way"]) {
  Deno.test(
    `an end that ${when} when the film ends anew is told no more: the last one holds`,
    onDatabase(async (given) => {
      const { sql, db, aClaimedClip } = given;
      const clip = await aClaimedClip({ notify: true });
      await fail(db, clip);
      const failures = await claimDeliveries(db);
      assert.equal(failures.length, 2);
      const turnAway = async () => {
        for (const work of failures) await recordDelivery(db, work, { ...BUSY, retry_after: 60 });
      };

      if (when.startsWith("waits")) await turnAway();
      await changeProject(db, "retry", { projectId: clip.project_id, reason: null });
      await drive(given, clip.project_id);
      if (when.startsWith("is on")) await turnAway();

      await moveClock(sql, 3600);
      const told = await claimDeliveries(db);
      assert.deepEqual(told.map(({ body }) => JSON.parse(body).type), [
        "video.generation.completed",
        "video.generation.completed",
      ]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }),
  );
}

for (const when of ["was dead", "dies"]) {
  Deno.test(
    `an end that ${when} when the film ends anew is not redriven with all that is dead`,
    onDatabase(async (given) => {
      const { sql, db, aClaimedClip } = given;
      await sql`
        update private.settings set value = '[]' where name = 'delivery_schedule_seconds'`;
      const clip = await aClaimedClip({ notify: true });
      await fail(db, clip);
      const failures = await claimDeliveries(db);
      const turnAway = async () => {
        for (const work of failures) await recordDelivery(db, work, BUSY);
      };

      if (when === "was dead") await turnAway();
      await changeProject(db, "retry", { projectId: clip.project_id, reason: null });
      await drive(given, clip.project_id);
      if (when === "dies") await turnAway();
      for (const work of await claimDeliveries(db)) await recordDelivery(db, work, OK);

      const range = { from: null, to: null, limit: 100 };
      assert.deepEqual(await redriveDeliveries(db, range), { redriven: 0, remaining: 0 });
      const paced = { limit: 100, perSecond: 10, isDry: false };
      assert.equal((await replayDeliveries(db, {}, paced)).replayed, 0);
      assert.deepEqual(await claimDeliveries(db), []);
    }),
  );
}

Deno.test(
  "a lane is scheme, host and port, however the URL is written, and nothing of its query",
  onDatabase(async ({ sql }) => {
    const lanes = async (...urls: string[]) =>
      (await sql`select private.delivery_lane(null, url) as lane from unnest(${urls}::text[]) as url`)
        .map(({ lane }) => lane);

    const odd = ["https:/", "https:", "https:\\\\", "\n https://", "HTTPS:///", "ht\ttps://"]
      .map((start) => `${start}Desk.test/hook?key=s3cret`);
    for (const url of odd) assert.equal(new URL(url).host, "desk.test", url);
    assert.deepEqual(await lanes(...odd), odd.map(() => "https://desk.test"));
    assert.deepEqual(
      await lanes(
        "https://Desk.test:8443/hook",
        "http://[::1]?key",
        "https://desk.test#x",
        "?s3cret",
      ),
      ["https://desk.test:8443", "http://[::1]", "https://desk.test", "?***"],
    );
  }),
);

Deno.test(
  "an operator sees no query of a client's URL, however it is written",
  onDatabase(async (given) => {
    const { sql } = given;
    await aFilm(given, { callback_url: "https:/desk.test/hook?key=s3cret" });

    const [seen] = await sql`
      select
        public.page_deliveries()::text
          || private.delivery_story((select project_id from public.projects))::text
          || public.list_deliveries('{}')::text as text`;
    assert.match(seen?.text, /desk\.test/);
    assert.doesNotMatch(seen?.text, /s3cret/);
  }),
);

Deno.test(
  "a film ends whatever its callback_url names, be it longer than any host and than what an index holds",
  onDatabase(async (given) => {
    const names = Array.from(
      { length: 1800 },
      (_, n) => String.fromCodePoint(0x4e00 + n * 7919 % 20_000) + (n % 30 === 29 ? "." : ""),
    );
    const host = names.join("");

    const id = await aFilm(given, { callback_url: `https://${host}test/callback` });

    const { lane } = only(
      await given.sql`select lane from public.webhook_deliveries where project_id = ${id}`,
    );
    assert.equal([...lane].length, 300);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);
