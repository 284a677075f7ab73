/** A signal for when the isolate is told to go, which Supabase announces by this event. */
export function isolateEnd(): AbortSignal {
  const ending = new AbortController();
  addEventListener("beforeunload", () => ending.abort());
  return ending.signal;
}
