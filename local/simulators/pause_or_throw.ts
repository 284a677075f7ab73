import { pause } from "../../supabase/functions/_shared/pause.ts";

/** Waits; rejects when `signal` is aborted, where `pause` itself only ends early. */
export async function pauseOrThrow(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, signal);
  signal.throwIfAborted();
}
