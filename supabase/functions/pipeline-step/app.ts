import type { Hono } from "hono";
import * as z from "zod";
import type { Deps } from "../_shared/deps.ts";
import { createDoor, refuseOtherMethods } from "../_shared/door.ts";
import { parseJson } from "../_shared/json.ts";
import { createRunner, type RunnerOptions } from "./runner.ts";

/** A bell posted over HTTP says so; the database's own says nothing. */
const HttpBell = z.looseObject({ via: z.literal("http") });

/**
 * Builds the app served at `/pipeline-step`. A bell is answered at once and carries no work: the
 * run that it starts goes on after the answer and claims whatever is due.
 */
export function createPipelineStep(deps: Deps, options: RunnerOptions): Hono {
  // The limit is never asked: a bell that verifies is the database's own, or a runner's.
  const door = { name: "pipeline-step" } as const;
  const { app, admit, log } = createDoor(door, deps);
  const run = createRunner({ ...deps, log }, options);

  app.post("/", async (c) => {
    const { body } = await admit(c);
    const json = parseJson(body);
    const answersBell = !(json.ok && HttpBell.safeParse(json.value).success);

    deps.later(run({ answersBell }).catch((error) => log("run.failed", { error })));
    return c.json({ status: "running" }, 202);
  });
  refuseOtherMethods(app, "/", "GET, POST");

  return app;
}
