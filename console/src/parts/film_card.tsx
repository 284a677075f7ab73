/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Card } from "../api/shapes/board.ts";
import { safeUrl, usd } from "../format.ts";
import { hrefOf } from "../route.ts";
import { Ago } from "./bits.tsx";
import { Icon } from "./icons.tsx";
import { Status, toneOf } from "./status.tsx";

/** A film in a list: its picture, how far it is scene by scene, and what went wrong. */
export function FilmCard({ card }: { card: Card }): JSX.Element {
  const poster = safeUrl(card.poster_url);
  const title = card.prompt || card.scenes[0]?.prompt || card.video_id;
  return (
    <a class="card" href={hrefOf("films", card.project_id)}>
      <span class="poster">
        {poster
          ? <img src={poster} alt="" loading="lazy" decoding="async" />
          : <Icon name="films" size={22} />}
        {card.final_video_url && (
          <span class="poster-play" aria-hidden="true">
            <Icon name="film" size={12} />
          </span>
        )}
      </span>
      <span class="card-body">
        <span class="card-title">{title}</span>
        <span class="card-meta">
          {card.user_name || card.user_id} · <Ago at={card.created_at} />
          {card.usd > 0 && ` · ${usd(card.usd)}`}
          {card.version > 1 && ` · version ${card.version}`}
        </span>
        <span class="card-foot">
          <Status status={card.status} label={labelOf(card)} />
          {card.status !== "completed" && (
            <span class="muted small">
              {`${
                card.scenes.filter((scene) => scene.status === "completed").length
              } of ${card.scenes.length} `}
              <span class="sr">scenes are there</span>
            </span>
          )}
        </span>
        {card.status !== "completed" && <SceneBar scenes={card.scenes} />}
        {card.error_message && <span class="card-error">{card.error_message}</span>}
      </span>
    </a>
  );
}

function labelOf({ status, progress, awaiting_approval }: Card): string | undefined {
  if (status === "paused" && awaiting_approval) return "Waits for approval";
  if (status !== "generating") return undefined;
  return `Generating ${progress}%`;
}

/** One segment a scene, filled as far as its clips are. */
export function SceneBar(
  { scenes }: { scenes: { position: number; status: string; progress: number }[] },
): JSX.Element {
  return (
    <span class="scene-bar" aria-hidden="true">
      {scenes.map((scene) => (
        <span key={scene.position} class={`segment tone-${toneOf(scene.status)}`}>
          <span style={{ width: `${scene.status === "completed" ? 100 : scene.progress}%` }} />
        </span>
      ))}
    </span>
  );
}
