/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Scene, Story } from "../api/shapes/story.ts";
import { safeUrl } from "../format.ts";
import { mayRegenerate, takesToUse } from "../story/verbs.ts";
import { ask } from "./confirm.tsx";
import { Icon } from "./icons.tsx";
import { Status } from "./status.tsx";

/** The shots of a film in order, each with its clips, its takes and its own verbs. */
export function Scenes({ story, onDone }: { story: Story; onDone: () => void }): JSX.Element {
  return (
    <section>
      <h2>
        Scenes <span class="column-n">{story.scenes.length}</span>
      </h2>
      <div class="scenes">
        {story.scenes.map((scene) => (
          <SceneCard key={scene.scene_id} scene={scene} story={story} onDone={onDone} />
        ))}
      </div>
    </section>
  );
}

function beginningOf({ continuity, transition }: Scene): string {
  const faded = transition === "fade" ? ", faded in" : "";
  switch (continuity) {
    case "cut":
      return faded === "" ? "Begins with a cut" : "Begins afresh, faded in";
    case "shared_keyframe":
      return `Starts from a frame that it shares${faded}`;
    default:
      return `Starts from the last frame before it${faded}`;
  }
}

function SceneCard(
  { scene, story, onDone }: { scene: Scene; story: Story; onDone: () => void },
): JSX.Element {
  const selected = scene.takes.find((take) => take.selected);
  const clips = selected?.chunks ?? [];
  const model = clips.find((chunk) => chunk.model)?.model;
  const seconds = clips.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  return (
    <section class="scene" aria-label={`Scene ${scene.position}`}>
      <Clip scene={scene} />
      <div class="scene-body">
        <div class="scene-head">
          <h3>{`Scene ${scene.position}`}</h3>
          <Status status={scene.status} />
        </div>
        <p class="scene-prompt">{scene.prompt}</p>
        <p class="muted small">
          {scene.position > 1 && `${beginningOf(scene)} · `}
          {seconds > 0 && `${seconds} s`}
          {clips.length > 1 && ` in ${clips.length} clips`}
          {model && <span class="mono">{` · ${model.replace(/^fal-ai\//, "")}`}</span>}
        </p>
        {scene.voice_over && <p class="muted small">{`Voice: “${scene.voice_over}”`}</p>}
        {!scene.voice_over && scene.audio_url && <p class="muted small">With its own sound</p>}
        {scene.caption && <p class="muted small">{`Caption: “${scene.caption}”`}</p>}
        {scene.error_message && <p class="card-error">{scene.error_message}</p>}
        <div class="verbs">
          {mayRegenerate(scene, story) && (
            <button
              type="button"
              class="button small"
              onClick={() =>
                ask({
                  title: `Make scene ${scene.position} anew?`,
                  text:
                    "A new take is generated and paid for; the scenes that start from its last frame " +
                    "follow. The old take is kept and can be chosen again.",
                  verb: "Regenerate scene",
                  input: { label: "Prompt", value: scene.prompt ?? "", rows: 4 },
                  path: `/scenes/${encodeURIComponent(scene.scene_id)}/regenerate`,
                  body: (prompt) => prompt === "" || prompt === scene.prompt ? {} : { prompt },
                  onDone,
                })}
            >
              Regenerate
            </button>
          )}
          {takesToUse(scene, story).map((take) => (
            <button
              key={take}
              type="button"
              class="button small"
              onClick={() =>
                ask({
                  title: `Use take ${take} of scene ${scene.position}?`,
                  text: "The film is stitched again with it.",
                  verb: `Use take ${take}`,
                  path: `/scenes/${encodeURIComponent(scene.scene_id)}/select`,
                  body: () => ({ take }),
                  onDone,
                })}
            >
              {`Use take ${take}`}
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}

function Clip({ scene }: { scene: Scene }): JSX.Element {
  const chunk = scene.takes.find((take) => take.selected)?.chunks.find((one) =>
    one.kling_video_url
  );
  const clip = safeUrl(scene.video_url) ?? safeUrl(chunk?.kling_video_url);
  const still = scene.reframed_image_url ?? scene.image_url;
  const picture = safeUrl(scene.thumbnail_url) ?? safeUrl(clip ? null : still);
  const frame = safeUrl(scene.last_frame_url);
  if (!clip) {
    return (
      <div class="clip is-empty">
        {picture
          ? <img src={picture} alt={`What scene ${scene.position} starts from`} />
          : <Icon name="films" size={26} />}
      </div>
    );
  }
  return (
    <div class="clip">
      <video
        src={clip}
        poster={picture ?? undefined}
        controls
        playsInline
        muted
        preload="metadata"
        aria-label={`The clip of scene ${scene.position}`}
      />
      {frame && (
        <figure class="last-frame">
          <img src={frame} alt={`Last frame of scene ${scene.position}`} loading="lazy" />
          <figcaption>Last frame</figcaption>
        </figure>
      )}
    </div>
  );
}
