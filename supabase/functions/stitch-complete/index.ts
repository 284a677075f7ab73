import { realDeps } from "../_shared/deps.ts";
import { createStitchComplete } from "./app.ts";

Deno.serve(createStitchComplete(realDeps()).fetch);
