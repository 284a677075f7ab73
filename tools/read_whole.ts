/**
 * An option's, or a variable's, whole number above 0, of nine digits at most.
 *
 * @param name as it is typed: `--films`
 * @throws where it is none
 */
export function readWhole(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`Cannot read ${name}: ${text} is no whole number above 0`);
}
