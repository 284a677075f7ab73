import * as z from "zod";
import type { Done, StepProvider } from "../provider.ts";
import type { Output } from "../transitions/results.ts";
import type { StepWork } from "../transitions/steps.ts";
import { checkFrame } from "./check_frame.ts";
import { copyFile, doneByCopying, NotCopied, type StoreDeps } from "./copy_file.ts";
import { storeCaptions } from "./store_captions.ts";
import { urlOf } from "./url_of.ts";

const StoreInput = z.object({
  film_url: z.string(),
  thumbnail_url: z.string().nullable(),
  film_path: z.string(),
  thumbnail_path: z.string(),
});

const StillInput = z.object({ image_url: z.string() });

/**
 * Copies a film and its thumbnail into Supabase Storage, because a provider's URLs expire. It costs
 * nothing to do it again, so that asking and looking up are storing. Storyboards and thumbnails it
 * refuses to make, and images it leaves as they are.
 */
export function createStorageProvider(deps: StoreDeps): StepProvider {
  const store = (work: StepWork): Promise<Done> => {
    switch (work.step) {
      case "store_film":
        return storeFilm(deps, work);
      case "store_captions":
        return storeCaptions(deps, work);
      case "check_frame":
        return checkFrame(deps, work);
      default:
        return Promise.resolve(doWithout(work));
    }
  };
  const message = "Cannot cancel at Storage: there is nothing to cancel";

  return {
    submit: store,
    ask: store,
    find: store,
    cancel: () => Promise.resolve({ state: "failed", error: { message, retryable: false } }),
  };
}

async function storeFilm(deps: StoreDeps, { attempt }: StepWork): Promise<Done> {
  const input = StoreInput.parse(attempt.input);
  return await doneByCopying(async () => {
    await copyFile(deps, { from: input.film_url, to: input.film_path, kind: "video" });
    const thumbnail_url = input.thumbnail_url === null
      ? undefined
      : await storeThumbnail(deps, input.thumbnail_url, input.thumbnail_path);
    const output: Output = { video_url: await urlOf(deps, input.film_path) };
    if (thumbnail_url !== undefined) output.thumbnail_url = thumbnail_url;
    return output;
  });
}

/** A film without a thumbnail is a film: a second try, then without. */
async function storeThumbnail(
  deps: StoreDeps,
  from: string,
  to: string,
): Promise<string | undefined> {
  for (let left = 1; left >= 0; left--) {
    try {
      await copyFile(deps, { from, to, kind: "image" });
      return await urlOf(deps, to);
    } catch (error) {
      if (!(error instanceof NotCopied)) throw error;
      if (left > 0 && error.retryable) continue;
      const reason = `Film is stored without a thumbnail: ${error.message}`;
      deps.log("thumbnail.not_stored", { reason });
      return undefined;
    }
  }
}

/** Comes here where nobody does it: a film that waited for it would wait for ever. */
function doWithout({ step, attempt }: StepWork): Done {
  if (step === "reframe_image") {
    const { image_url } = StillInput.parse(attempt.input);
    return { state: "completed", output: { image_url, cost_usd: 0 } };
  }
  const what = step === "storyboard" ? "write storyboard" : "make thumbnail";
  const message = `Cannot ${what}: no provider of this installation does`;
  return { state: "failed", error: { message, retryable: false } };
}
