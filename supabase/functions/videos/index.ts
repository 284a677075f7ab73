import { realDeps } from "../_shared/deps.ts";
import { isolateEnd } from "../_shared/isolate_end.ts";
import { createVideos } from "./app.ts";

Deno.serve(createVideos(realDeps(), { stopping: isolateEnd() }).fetch);
