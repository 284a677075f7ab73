import { realDeps } from "../_shared/deps.ts";
import { createWebhookManage } from "./app.ts";

Deno.serve(createWebhookManage(realDeps()).fetch);
