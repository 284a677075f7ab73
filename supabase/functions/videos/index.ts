import { realDeps } from "../_shared/deps.ts";
import { createVideos } from "./app.ts";

const stopping = new AbortController();
// Supabase announces the end of an isolate by this event.
addEventListener("beforeunload", () => stopping.abort());

Deno.serve(createVideos(realDeps(), { stopping: stopping.signal }).fetch);
