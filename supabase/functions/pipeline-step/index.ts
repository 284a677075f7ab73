import { realDeps } from "../_shared/deps.ts";
import { isolateEnd } from "../_shared/isolate_end.ts";
import { pause } from "../_shared/pause.ts";
import { createPipelineStep } from "./app.ts";

Deno.serve(createPipelineStep(realDeps(), { pause, stopping: isolateEnd() }).fetch);
