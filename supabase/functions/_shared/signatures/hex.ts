/**
 * Hex of exactly so many bytes, in small letters; null for anything else. Capitals are taken where
 * all letters are: one letter of the other case is a damaged signature.
 */
export function readHex(text: string, bytes: number): string | null {
  if (text.length !== bytes * 2 || !/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) return null;
  return text.toLowerCase();
}
