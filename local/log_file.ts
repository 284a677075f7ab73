import { dirname } from "node:path";
import { withoutTokens } from "../supabase/functions/_shared/log.ts";

/** What stack and functions say, in a file that can be tailed and searched. */
export interface LogFile {
  readonly path: string;
  /** A line of the file is a line of text; `tail -f` sees it at once. */
  write(line: string): void;
  close(): void;
}

/** A file larger than this is put aside as `.1` when the next run begins. */
const LARGEST = 10 * 1024 * 1024;

/** Opens the file to go on with it. */
export async function openLogFile(
  path: string,
  { now = () => new Date(), largest = LARGEST }: { now?: () => Date; largest?: number } = {},
): Promise<LogFile> {
  await Deno.mkdir(dirname(path), { recursive: true });
  if (await sizeOf(path) > largest) await Deno.rename(path, `${path}.1`);
  // What is in it is nobody else's business.
  const file = await Deno.open(path, { append: true, create: true, mode: 0o600 });
  const encoder = new TextEncoder();

  return {
    path,
    write(line) {
      const text = withoutTokens(line.replaceAll("\n", "\\n"));
      let left = encoder.encode(`${now().toISOString()} ${text}\n`);
      while (left.length > 0) left = left.subarray(file.writeSync(left));
    },
    close: () => file.close(),
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
