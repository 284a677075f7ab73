import { realDeps } from "../_shared/deps.ts";
import { isolateEnd } from "../_shared/isolate_end.ts";
import { createWebhookManage } from "./app.ts";

Deno.serve(createWebhookManage(realDeps(), { stopping: isolateEnd() }).fetch);
