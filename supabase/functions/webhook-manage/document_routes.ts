import { refuseOtherMethods } from "../_shared/door.ts";
import { webhookBaseUrl } from "../_shared/env.ts";
import type { Desk } from "./desk.ts";

/** The document has no version of its own: it is generated from what is deployed. */
const VERSION = "1";

/**
 * What all doors take and answer, for everybody: it is the same for each installation but for its
 * address, and who writes a sender has no operator's key. Custom sources are not named in it.
 */
export function addDocumentRoutes({ app, get }: Desk): void {
  let made: Promise<Record<string, unknown>> | null = null;

  app.get("/openapi.json", async (c) => {
    made ??= makeDocument(webhookBaseUrl(get) ?? "/functions/v1");
    return c.json(await made);
  });
  refuseOtherMethods(app, "/openapi.json", "GET");
}

/** Loaded when somebody asks: schemas of all doors would slow down every cold start of this one. */
async function makeDocument(baseUrl: string): Promise<Record<string, unknown>> {
  const [{ assembleDocument }, { PARTS }] = await Promise.all([
    import("../_shared/openapi/assemble.ts"),
    import("./openapi_parts.ts"),
  ]);
  return assembleDocument(PARTS, { baseUrl, version: VERSION });
}
