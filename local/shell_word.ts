/** Writes a path as a shell takes it: in quotes where it has blanks or the like. */
export function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
