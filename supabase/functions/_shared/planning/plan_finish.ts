import type { Issue } from "../errors.ts";
import { VOICES } from "../fal/voices.ts";
import type { FilmOptions, JobScene } from "../transitions/projects.ts";
import type { FinishOffers } from "./finish_offers.ts";
import type { JobFields } from "./job_fields.ts";

/** LUFS of speech as fal's loudnorm leaves it; music is set below it by its volume. */
const SPEECH_LOUDNESS = -18;
/** Decibels by which music that nobody can duck lies lower throughout a film that is heard. */
const STEADY_DUCKING = 6;
const USUAL_VOLUME = 0.25;
/** fal's loudnorm takes no less. */
const LEAST_LOUDNESS = -70;

const NEEDS_STITCHER = "Needs STITCH_SERVICE_URL: fal has no endpoint for it";

/** How the film is finished, or why this installation cannot finish it so. */
export type FinishPlan = { film_options?: FilmOptions } | { issues: Issue[] };

/** Settles how a film is finished, with the models that are configured today. */
export function planFinish(
  job: JobFields,
  scenes: readonly JobScene[],
  offers: FinishOffers,
): FinishPlan {
  const speaks = scenes.some(({ voice_over }) => !!voice_over);
  // Of a clip whose model follows a sound track, too: its scene has none of its own.
  const isHeard = speaks || scenes.some(({ chunks }) => chunks.some((clip) => !!clip.audio_url));
  const issues = [
    ...checkSound(job, scenes, offers),
    ...speaks && offers.speechModel ? checkVoice(job, offers.speechModel) : [],
    ...checkSeams(job, scenes, offers),
  ];
  if (issues.length > 0) return { issues };

  const [width, height] = job.resolution?.split("x").map(Number) ?? [];
  const film_options: FilmOptions = {
    ...speaks && offers.speechModel && { speech_model: offers.speechModel },
    ...speaks && job.voice && { voice: job.voice },
    ...(job.music_url || job.music_prompt) && { music: music(job, isHeard, offers) },
    ...job.captions && { captions: job.captions },
    ...job.check_frames && { check_frames: true },
    ...job.fps && { fps: job.fps },
    ...width && height && { width, height },
  };
  return Object.keys(film_options).length > 0 ? { film_options } : {};
}

function music(
  { music_url, music_prompt, music_volume, music_ducking }: JobFields,
  isHeard: boolean,
  { musicModel, hasStitchService }: FinishOffers,
): NonNullable<FilmOptions["music"]> {
  const volume = music_volume ?? USUAL_VOLUME;
  // Who mixes hears whether the film does, and a model may make a sound by itself.
  const ducking = (music_ducking ?? true) && (isHeard || hasStitchService);
  const loudness = SPEECH_LOUDNESS + 20 * Math.log10(volume) - (ducking ? STEADY_DUCKING : 0);
  return {
    ...music_url && { url: music_url },
    ...!music_url && music_prompt && musicModel && { prompt: music_prompt, model: musicModel },
    volume,
    ducking,
    ...!hasStitchService && { loudness: Math.max(LEAST_LOUDNESS, Math.round(loudness * 10) / 10) },
  };
}

function checkSound(
  { scenes: given, music_url, music_prompt }: JobFields,
  scenes: readonly JobScene[],
  { speechModel, musicModel, hasStitchService, canMux }: FinishOffers,
): Issue[] {
  const issues = scenes.flatMap(({ audio_url, voice_over }, i): Issue[] => {
    if (voice_over && speechModel === null) {
      const message = "Needs FAL_KEY and SPEECH_MODEL: nobody here speaks a text";
      if (given) return [{ path: `scenes.${i}.voice_over`, message }];
      return i === 0 ? [{ path: "voice", message }] : [];
    }
    if ((voice_over || audio_url) && !canMux) {
      const message = "Needs FAL_KEY or STITCH_SERVICE_URL: nobody here puts sound under a clip";
      return [{ path: `scenes.${i}.audio_url`, message }];
    }
    return [];
  });
  const path = music_url ? "music_url" : "music_prompt";
  if (music_url && music_prompt) {
    issues.push({ path: "music_prompt", message: "Either music_url or music_prompt" });
  }
  if (!music_url && music_prompt && musicModel === null) {
    const message = "Needs FAL_KEY and MUSIC_MODEL: nobody here makes music";
    issues.push({ path, message });
  }
  if ((music_url || music_prompt) && !canMux) {
    const message = "Needs FAL_KEY or STITCH_SERVICE_URL: nobody here mixes";
    issues.push({ path, message });
  }
  const hasOpenLength = scenes.some(({ chunks }) =>
    chunks.some(({ duration }) => duration === null)
  );
  if ((music_url || music_prompt) && hasOpenLength && !hasStitchService) {
    const message =
      "Needs STITCH_SERVICE_URL: fal mixes what it knows the length of, and a scene has none";
    issues.push({ path, message });
  }
  return issues;
}

/** Told now: once it is asked, the clips are paid for. */
function checkVoice({ voice }: JobFields, model: string): Issue[] {
  const voices = VOICES.get(model);
  if (!voice || !voices || voices.includes(voice)) return [];
  return [{ path: "voice", message: `${model} offers ${voices.join(", ")}` }];
}

function checkSeams(
  { captions, transition, fps, resolution }: JobFields,
  scenes: readonly JobScene[],
  { hasStitchService, canMux }: FinishOffers,
): Issue[] {
  const issues: Issue[] = [];
  if (!hasStitchService) {
    if (captions === "burn") issues.push({ path: "captions", message: NEEDS_STITCHER });
    const faded = scenes.findIndex((scene) => scene.transition === "fade");
    if (transition === "fade" || faded >= 0) {
      const path = transition === "fade" ? "transition" : `scenes.${faded}.transition`;
      issues.push({ path, message: NEEDS_STITCHER });
    }
  }
  for (const [path, value] of Object.entries({ fps, resolution })) {
    if (!value || canMux) continue;
    const message = "Needs FAL_KEY or STITCH_SERVICE_URL: nobody here joins clips";
    issues.push({ path, message });
  }
  return issues;
}
