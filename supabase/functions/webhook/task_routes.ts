import * as z from "zod";
import { DatabaseError } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import { type Door, refuseOtherMethods } from "../_shared/door.ts";
import { notFound, Refusal } from "../_shared/errors.ts";
import { readFields, readId } from "../_shared/read_fields.ts";
import { readFor } from "../_shared/read_for.ts";
import {
  approveProject,
  preferProject,
  readTask,
  readVersions,
} from "../_shared/transitions/tasks.ts";

export const Approval = z.object({
  stage: z.enum(["storyboard", "stills", "budget"]).nullish(),
  reason: z.string().max(1000).nullish(),
});

/** What a sender asks about a task of theirs, and the approval that it may wait for. */
export function addTaskRoutes(
  { db, watchBell, ...door }: Deps & Door & { watchBell: () => void },
): void {
  const { app, admit, limit, logOf } = door;

  app.get("/task/:id", async (c) => {
    return c.json(await readFor(c, door, (id, by) => readTask(db, id, by)));
  });
  refuseOtherMethods(app, "/task/:id", "GET");

  app.get("/task/:id/versions", async (c) => {
    return c.json(await readFor(c, door, (id, by) => readVersions(db, id, by)));
  });
  refuseOtherMethods(app, "/task/:id/versions", "GET");

  // Money is spent on it: the token, which travels in URLs, is not enough.
  app.post("/task/:id/approve", async (c) => {
    const { body } = await admit(c);
    const { stage = null, reason = null } = readFields(body, Approval);
    const id = readId(c, "id");
    await limit(c);

    const approved = await inWords(approveProject(db, id, { stage, reason }));
    logOf(c)("project.approved", { project_id: id });
    watchBell();
    const task = await readTask(db, id, { token: null, trusted: true });
    return c.json(task ?? approved);
  });
  refuseOtherMethods(app, "/task/:id/approve", "POST");

  app.post("/task/:id/prefer", async (c) => {
    await admit(c);
    const id = readId(c, "id");
    await limit(c);

    await inWords(preferProject(db, id));
    logOf(c)("project.preferred", { project_id: id });
    return c.json(await readVersions(db, id, { token: null, trusted: true }));
  });
  refuseOtherMethods(app, "/task/:id/prefer", "POST");
}

/** A verb's own sentence is for its caller. */
async function inWords<T>(verb: Promise<T>): Promise<T> {
  try {
    return await verb;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "RL404") throw notFound();
    if (error instanceof DatabaseError && error.code === "RL409") {
      throw new Refusal(409, error.raised);
    }
    throw error;
  }
}
