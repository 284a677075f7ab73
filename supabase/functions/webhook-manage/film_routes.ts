import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { isVideoServiceSet } from "../_shared/env.ts";
import { notFound, refuseBody } from "../_shared/errors.ts";
import {
  changeProject,
  ProjectVerb,
  readProject,
  readScene,
  redriveStep,
  regenerateScene,
  selectTake,
} from "../_shared/management/films.ts";
import { readFields, readId } from "../_shared/read_fields.ts";
import { createAct, type Desk, Why } from "./desk.ts";
import { readIdempotencyKey } from "./idempotency_key.ts";

export const Take = z.object({ take: z.int().min(1).max(1_000_000) });

/** A film's story, and the verbs on films, scenes and steps. */
export function addFilmRoutes(desk: Desk): void {
  const { app, admit, get, db } = desk;
  const act = createAct(desk);
  const hasVideoService = isVideoServiceSet(get);

  app.get("/projects/:id", async (c) => {
    await admit(c);
    const project = await readProject(db, readId(c, "id"));
    if (project === null) throw notFound();
    return c.json(project);
  });
  refuseOtherMethods(app, "/projects/:id", "GET");

  for (const verb of ProjectVerb.options) {
    app.post(`/projects/:id/${verb}`, async (c) => {
      const { reason = null } = readFields((await admit(c)).body, Why);
      const projectId = readId(c, "id");
      const by = { projectId, reason };
      return c.json(await act(verb, projectId, changeProject(db, verb, by)));
    });
    refuseOtherMethods(app, `/projects/:id/${verb}`, "POST");
  }

  app.post("/scenes/:id/regenerate", async (c) => {
    const { body } = await admit(c);
    // What plans clips, with all models: an isolate that is asked for no take starts without it.
    const { planTake, TakeFields } = await import("./plan_take.ts");
    const fields = readFields(body, TakeFields);
    const id = readId(c, "id");
    const { idempotency_key } = readIdempotencyKey(c);
    const asked = idempotency_key === undefined ? {} : { asked: { idempotency_key, ...fields } };
    const scene = await readScene(db, id);
    const plan = scene === null ? { changes: {} } : planTake(fields, scene, { hasVideoService });
    if ("issues" in plan) throw refuseBody(plan.issues);
    return c.json(
      await act("regenerate", id, regenerateScene(db, id, { ...plan.changes, ...asked })),
    );
  });
  refuseOtherMethods(app, "/scenes/:id/regenerate", "POST");

  app.post("/scenes/:id/select", async (c) => {
    const { take } = readFields((await admit(c)).body, Take);
    const id = readId(c, "id");
    return c.json(await act("select", id, selectTake(db, id, take)));
  });
  refuseOtherMethods(app, "/scenes/:id/select", "POST");

  app.post("/steps/:id/redrive", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    return c.json(await act("redrive", id, redriveStep(db, id)));
  });
  refuseOtherMethods(app, "/steps/:id/redrive", "POST");
}
