import type { JobScene } from "../transitions/projects.ts";
import type { JobFields, JobSceneFields } from "./job_fields.ts";

type SceneFinish = Pick<JobScene, "audio_url" | "voice_over" | "caption" | "transition">;

/**
 * What is put under and over a scene's clip; what was not asked for is absent. A sound track goes
 * to a model that takes one, and under the clip of any other. It goes before a voice-over, of which
 * the words are read then.
 */
export function sceneFinish(
  job: JobFields,
  { audio_url, voice_over, caption, transition }: JobSceneFields,
  { takesAudio }: { takesAudio: boolean },
): SceneFinish {
  const joined = transition ?? job.transition;
  const isHeard = audio_url && takesAudio;
  const read = caption ?? (isHeard ? voice_over : null);
  return {
    ...audio_url && !takesAudio && { audio_url },
    ...voice_over && !isHeard && { voice_over },
    // One of spaces is none: a file without any caption cannot be burnt in.
    ...typeof read === "string" && { caption: read.trim() },
    ...joined && joined !== "cut" && { transition: joined },
  };
}
