import * as z from "zod";
import { refuseOtherMethods } from "../_shared/door.ts";
import { isVideoServiceSet } from "../_shared/env.ts";
import { refuseBody } from "../_shared/errors.ts";
import { listModelFallbacks, putModelFallback } from "../_shared/management/installation.ts";
import { readFields } from "../_shared/read_fields.ts";
import { asVerb, type Desk } from "./desk.ts";

export const Fields = z.object({
  model: z.string().min(1).max(255),
  /** Null takes it away. */
  fallback: z.string().min(1).max(255).nullable(),
});

/** Which model makes a clip where the first one refuses it or is down. */
export function addFallbackRoutes({ app, admit, get, db, log }: Desk): void {
  const hasVideoService = isVideoServiceSet(get);

  app.get("/fallbacks", async (c) => {
    await admit(c);
    return c.json({ docs: await listModelFallbacks(db) });
  });

  app.post("/fallbacks", async (c) => {
    const { model, fallback } = readFields((await admit(c)).body, Fields);
    // As film_routes has it.
    const { checkFallback, takesEndFrame } = await import("./check_fallback.ts");
    const issues = fallback === null || hasVideoService ? [] : checkFallback(model, fallback);
    if (issues.length > 0) throw refuseBody(issues);

    const ends = fallback !== null && (hasVideoService || takesEndFrame(fallback));
    const answer = await asVerb(putModelFallback(db, model, fallback, ends));
    log("fallback.put", answer);
    return c.json(answer);
  });
  refuseOtherMethods(app, "/fallbacks", "GET, POST");
}
