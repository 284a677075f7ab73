import { realDeps } from "../_shared/deps.ts";
import { createLastFrameComplete } from "./app.ts";

Deno.serve(createLastFrameComplete(realDeps()).fetch);
