import assert from "node:assert/strict";
import { z } from "zod";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { aFilm } from "../../supabase/tests/drive.ts";
import { anEndpoint } from "../../supabase/tests/endpoints.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { readDocument } from "./openapi_document.ts";

const Event = z.object({ type: z.string(), timestamp: z.string(), data: z.looseObject({}) });
const Described = z.object({
  properties: z.object({ data: z.object({ properties: z.record(z.string(), z.json()) }) }),
});

Deno.test(
  "the document names each event that can be asked for, and the test of an endpoint",
  onDatabase(async ({ sql }) => {
    const types = Object.keys((await readDocument()).webhooks);
    const askedFor = types.filter((type) => type !== "endpoint.test");

    const [known] = await sql`select private.are_events_known(${askedFor}) as are_known`;
    assert.equal(known?.are_known, true);
    const [{ source = "" } = {}] = await sql<{ source: string }[]>`
      select pg_get_functiondef('private.are_events_known'::regproc) as source`;
    assert.equal(source.match(/'[a-z]+(\.[a-z]+)+'/g)?.length, askedFor.length);
  }),
);

Deno.test(
  "what is posted is valid by the document, and has no field that it does not name",
  onDatabase(async (given) => {
    const { webhooks } = await readDocument();
    const events = Object.keys(webhooks).filter((type) => type !== "endpoint.test");
    await anEndpoint(given, { events });
    const { project_id } = await createProject(given.db, jobOf());
    await given.sql`select public.cancel_project(${project_id}, 'Not wanted')`;
    await aFilm(given, { scenes: ["last_frame", "last_frame"] });

    const posted = await given.sql<{ body: string }[]>`select body from public.webhook_deliveries`;
    const bodies = posted.map(({ body }) => Event.parse(JSON.parse(body)));
    assert.deepEqual([...new Set(bodies.map(({ type }) => type))].toSorted(), [
      "scene.completed",
      "scene.started",
      "stitching.started",
      "video.generation.cancelled",
      "video.generation.completed",
      "video.generation.progress",
    ]);
    for (const body of bodies) {
      const schema = webhooks[body.type]?.post.requestBody?.content["application/json"]?.schema;
      assert.ok(schema, body.type);
      const read = z.fromJSONSchema(schema).safeParse(body);
      assert.ok(read.success, `${body.type}: ${read.error?.message}`);
      const { data } = Described.parse(schema).properties;
      assert.deepEqual(
        Object.keys(body.data).toSorted(),
        Object.keys(data.properties).toSorted(),
        body.type,
      );
    }
  }),
);
