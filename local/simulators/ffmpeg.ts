import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";

// The packages' paths lead through symlinks that any deno process may be setting anew this moment.
const FFMPEG = Deno.realPathSync(ffmpeg.path);
const FFPROBE = Deno.realPathSync(ffprobe.path);

/** Thrown when ffmpeg or ffprobe ends with an error; the message carries its last words. */
export class MediaError extends Error {
  override name = "MediaError";
}

/** Runs ffmpeg to its end and returns what it wrote to stderr (its filters report there). */
export async function runFfmpeg(args: string[], signal?: AbortSignal): Promise<string> {
  const { stderr } = await run(FFMPEG, ["-hide_banner", "-nostdin", "-y", ...args], signal);
  return stderr;
}

/** Runs ffprobe to its end and returns its stdout, JSON as asked for here. */
export async function runFfprobe(args: string[], signal?: AbortSignal): Promise<string> {
  const all = ["-v", "error", "-print_format", "json", ...args];
  const { stdout } = await run(FFPROBE, all, signal);
  return stdout;
}

async function run(
  path: string,
  args: string[],
  signal?: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  signal?.throwIfAborted();
  const output = await new Deno.Command(path, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  const decoder = new TextDecoder();
  const stderr = decoder.decode(output.stderr);
  if (output.success) return { stdout: decoder.decode(output.stdout), stderr };
  signal?.throwIfAborted();
  const lastWords = stderr.trim().split("\n").slice(-3).join(" | ");
  throw new MediaError(`Cannot run ${path.split("/").at(-1)}: ${lastWords}`);
}
