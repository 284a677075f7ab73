/** Milliseconds since `at`. A clock may be set back: what seems to come yet counts as long ago. */
export function sinceThen(at: number, now: number): number {
  return now < at ? Infinity : now - at;
}
