import { realDeps } from "../_shared/deps.ts";
import { createFalWebhook } from "./app.ts";

Deno.serve(createFalWebhook(realDeps()).fetch);
