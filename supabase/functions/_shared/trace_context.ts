/** https://www.w3.org/TR/trace-context/: version, trace, parent and flags; zeroes alone mean none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A sender's `traceparent`; null where it says nothing, or nothing that can be passed on. */
export function readTraceparent(value: string | null | undefined): string | null {
  const text = value?.trim() ?? "";
  return TRACEPARENT.test(text) ? text : null;
}
