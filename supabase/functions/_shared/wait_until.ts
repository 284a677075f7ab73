type EdgeRuntime = { waitUntil(work: Promise<unknown>): void };

/** Work that plain Deno holds on to; the hosted runtime keeps its own list. */
const held = new Set<Promise<unknown>>();

/**
 * Keeps the isolate alive until `work` settles, after the answer has gone out. `EdgeRuntime` exists on Supabase alone; a plain Deno process lives on anyway.
 */
export function waitUntil(work: Promise<unknown>, scope: object = globalThis): void {
  const runtime = edgeRuntime(scope);
  if (runtime) {
    runtime.waitUntil(work);
    return;
  }
  held.add(work);
  const done = () => held.delete(work);
  work.then(done, done);
}

function edgeRuntime(scope: object): EdgeRuntime | null {
  const runtime: unknown = Reflect.get(scope, "EdgeRuntime");
  return isEdgeRuntime(runtime) ? runtime : null;
}

function isEdgeRuntime(value: unknown): value is EdgeRuntime {
  return typeof value === "object" && value !== null && "waitUntil" in value &&
    typeof value.waitUntil === "function";
}
