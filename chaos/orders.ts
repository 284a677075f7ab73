import { createHmac } from "node:crypto";
import { z } from "zod";
import { pause } from "../supabase/functions/_shared/pause.ts";
import { type FilmPlan, musicOf, type Place, promptOf, voiceOf } from "./film_plan.ts";
import { IMPATIENT_MODEL, type World } from "./world.ts";

/** A client gives up on a door that does not answer well for so long, and tells its person. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 300;

const Posted = z.looseObject({ task_id: z.string() });

/**
 * Posts a job as a careful client does, again until it is accepted, under one idempotency key.
 * Returns the film's id; null when it never was.
 */
export async function orderFilm(
  { stack, chat, imageUrl }: World,
  film: FilmPlan,
  { run, endless, revision = 0 }: {
    run: string;
    endless: ReadonlySet<Place>;
    /** Above 0: of an earlier version, which it is to be the same as. */
    revision?: number;
  },
): Promise<string | null> {
  const body = JSON.stringify({
    video_id: `${run} ${film.number}`,
    user_id: film.userId,
    ...(revision > 0 ? { is_revision: true } : {}),
    ...(film.hasImage ? { image_url: imageUrl } : {}),
    ...(film.hasMusic ? { music_prompt: musicOf(film.number) } : {}),
    ...(film.hasCaptions ? { captions: "files" } : {}),
    callback_url: chat.callbackUrl,
    ...(film.isWritten ? writtenFilm(film, endless, stack) : { scenes: scenesOf(film, endless) }),
  });
  const key = stack.env.WEBHOOK_SECRET ?? "";
  const headers = {
    "x-webhook-signature": createHmac("sha256", key).update(body).digest("hex"),
    "idempotency-key": `${run} ${film.number} ${revision}`,
  };

  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    try {
      const response = await fetch(`${stack.apiUrl}/functions/v1/webhook`, {
        method: "POST",
        headers,
        body,
      });
      const text = await response.text();
      if (response.ok) return Posted.parse(JSON.parse(text)).task_id;
      if (response.status < 500 && response.status !== 429) {
        throw new Error(`Cannot order film ${film.number}: ${response.status} ${text}`);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await pause(PAUSE_MS);
  }
  return null;
}

function scenesOf(
  { number, scenes, isSpoken, hasCaptions }: FilmPlan,
  endless: ReadonlySet<Place>,
) {
  return scenes.map((continuity, index) => ({
    prompt: promptOf(number, index + 1),
    ...(index > 0 ? { continuity } : {}),
    ...(isSpoken ? { voice_over: voiceOf(number, index + 1) } : {}),
    ...(hasCaptions ? { caption: `film ${number} caption ${index + 1}` } : {}),
    ...(endless.has(`clip ${index + 1}`) ? { model: IMPATIENT_MODEL } : {}),
  }));
}

/** Has the language model write the planned scenes; the splitter makes the same of the words. */
function writtenFilm(
  { number, scenes }: FilmPlan,
  endless: ReadonlySet<Place>,
  { openai }: Pick<World["stack"], "openai">,
) {
  const prompts = scenes.map((_, index) => promptOf(number, index + 1));
  const storyboard = {
    title: `film ${number}`,
    scenes: scenes.map((continuity, index) => ({
      prompt: prompts[index],
      duration: 5,
      continuity: index > 0 ? continuity : "cut",
    })),
  };
  openai.behave({ prompt: new RegExp(`^${prompts[0]}$`, "m"), says: JSON.stringify(storyboard) });
  return {
    prompt: prompts.join("\n\n"),
    ...(endless.size > 0 ? { model: IMPATIENT_MODEL } : {}),
  };
}
