import { realDeps } from "../_shared/deps.ts";
import { createVideoComplete } from "./app.ts";

Deno.serve(createVideoComplete(realDeps()).fetch);
