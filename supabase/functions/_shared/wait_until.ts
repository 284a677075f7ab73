type EdgeRuntime = { waitUntil(work: Promise<unknown>): void };

/**
 * Keeps the isolate alive until `work` settles, after the answer has gone out. `EdgeRuntime` exists on Supabase alone; a
 * plain Deno process lives on anyway, and is not to end where the work fails.
 */
export function waitUntil(work: Promise<unknown>, scope: object = globalThis): void {
  const runtime = edgeRuntime(scope);
  if (runtime) runtime.waitUntil(work);
  else work.catch(() => {});
}

function edgeRuntime(scope: object): EdgeRuntime | null {
  const runtime: unknown = Reflect.get(scope, "EdgeRuntime");
  return isEdgeRuntime(runtime) ? runtime : null;
}

function isEdgeRuntime(value: unknown): value is EdgeRuntime {
  return typeof value === "object" && value !== null && "waitUntil" in value &&
    typeof value.waitUntil === "function";
}
