import * as z from "zod";
import { withDeadline } from "../deadline.ts";
import { readFetchFailure } from "../fetch_failure.ts";
import { imageSize } from "../image_size.ts";
import type { Done } from "../provider.ts";
import { readBody } from "../read_body.ts";
import type { StepWork } from "../transitions/steps.ts";
import type { StorageDeps } from "./copy_file.ts";

const FrameInput = z.object({
  image_url: z.string(),
  width: z.number().nullish(),
  height: z.number().nullish(),
});

/**
 * A frame is not decoded here: what shows next to nothing (black, one colour, a heavy blur) is told by
 * how small its file is. Measured on 720 by 1280 frames in JPEG: black takes 0.006 bytes a pixel, a
 * heavy blur 0.01 to 0.02, a picture 0.1 and more. A frame that is merely soft or dim (0.05) passes,
 * and in PNG every blur does.
 */
const LEAST_BYTES_PER_PIXEL = 0.025;

/** Bytes of a file that are there whatever it shows. */
const HEADER = 600;

const MOST_BYTES = 32 * 1024 * 1024;

/** Looks at a frame before it is handed over. It costs nothing to do it again. */
export async function checkFrame(
  { fetch, timeoutMs }: Pick<StorageDeps, "fetch" | "timeoutMs">,
  { attempt }: StepWork,
): Promise<Done> {
  const { image_url, width, height } = FrameInput.parse(attempt.input);
  // Deno's fetch reads file: URLs too.
  if (!/^https?:/i.test(image_url)) return failed("not an http URL", false);
  try {
    return await withDeadline(timeoutMs, async (signal) => {
      const response = await fetch(image_url, { signal });
      if (!response.ok) {
        await response.body?.cancel();
        return failed(`its source answered ${response.status}`, response.status !== 404);
      }
      const bytes = await readBody(response.body, MOST_BYTES);
      if (bytes === null) return failed("it is larger than 32 MiB", false);
      const size = isJpegOrPng(bytes)
        ? imageSize(bytes) ?? (width && height ? { width, height } : null)
        : null;
      const pixels = size === null ? 0 : size.width * size.height;
      if (pixels === 0) return { state: "completed", output: { image_url, is_plain: false } };

      const bytes_per_pixel = Math.max(0, bytes.byteLength - HEADER) / pixels;
      const is_plain = bytes_per_pixel < LEAST_BYTES_PER_PIXEL;
      return { state: "completed", output: { image_url, is_plain, bytes_per_pixel } };
    });
  } catch (error) {
    return failed(readFetchFailure(error).words, true);
  }
}

/** What compresses better is no plainer for being small. */
function isJpegOrPng([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xd8) || (first === 0x89 && second === 0x50);
}

function failed(why: string, retryable: boolean): Done {
  return { state: "failed", error: { message: `Cannot look at frame: ${why}`, retryable } };
}
