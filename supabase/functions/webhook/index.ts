import { realDeps } from "../_shared/deps.ts";
import { createWebhook } from "./app.ts";

Deno.serve(createWebhook(realDeps()).fetch);
