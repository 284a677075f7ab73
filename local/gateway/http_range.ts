/** A part of a file: both ends included, as in `Content-Range`. */
export type ByteRange = { first: number; last: number };

/**
 * Reads `Range: bytes=...` (RFC 9110, 14.1). Null when the whole is to be sent: no header, another
 * unit, several ranges or nonsense; "unsatisfiable" asks for 416.
 */
export function readRange(header: string | null, size: number): ByteRange | null | "unsatisfiable" {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }

  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return null;
  return first >= size ? "unsatisfiable" : { first, last };
}
