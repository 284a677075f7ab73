import { realDeps } from "../_shared/deps.ts";
import { createPipelineStep } from "./app.ts";
import { pause } from "../_shared/pause.ts";

const stopping = new AbortController();
// Supabase announces the end of an isolate by this event.
addEventListener("beforeunload", () => stopping.abort());

Deno.serve(createPipelineStep(realDeps(), { pause, stopping: stopping.signal }).fetch);
