import { realDeps } from "../_shared/deps.ts";
import { createWebhookManage } from "./app.ts";

const stopping = new AbortController();
// Supabase announces the end of an isolate by this event.
addEventListener("beforeunload", () => stopping.abort());

Deno.serve(createWebhookManage(realDeps(), { stopping: stopping.signal }).fetch);
