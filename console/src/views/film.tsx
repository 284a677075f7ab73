/// <reference lib="dom" />
import type { JSX } from "preact";
import { Story } from "../api/shapes/story.ts";
import { safeUrl, unbroken } from "../format.ts";
import { useLive } from "../live/use_live.ts";
import { Id, NotHere, Trouble } from "../parts/bits.tsx";
import { FilmFacts } from "../parts/film_facts.tsx";
import { FilmVerbs } from "../parts/film_verbs.tsx";
import { SceneBar } from "../parts/film_card.tsx";
import { CallbackRows, DeliveryRows } from "../parts/rows.tsx";
import { Scenes } from "../parts/scenes.tsx";
import { Status } from "../parts/status.tsx";
import { TimeAxis } from "../parts/time_axis.tsx";
import { Events } from "../parts/events.tsx";
import { now } from "../state.ts";
import { nameOf, waitsFor } from "../story/waits_for.ts";

const FINISHED = ["completed", "failed", "cancelled", "paused"];

function isMoving({ project, deliveries, steps }: Story): boolean {
  return !FINISHED.includes(project.status) ||
    steps.some(({ status }) => ["queued", "running", "waiting"].includes(status)) ||
    deliveries.some(({ status }) => status === "delivering" || status === "pending");
}

/** All of one film. */
export function FilmView({ id }: { id: string }): JSX.Element {
  const live = useLive(`/projects/${encodeURIComponent(id)}`, Story, { isMoving });
  const story = live.value;
  const back = <a class="back" href="#/films">Films</a>;
  if (!story) {
    return (
      <>
        {back}
        <NotHere
          what="film"
          gone="It may have been deleted with its user's data."
          error={live.error}
        />
      </>
    );
  }
  const { project } = story;
  const title = project.prompt || story.scenes[0]?.prompt || project.video_id;

  return (
    <article class="film">
      {back}
      <div class="head">
        <div class="head-words">
          <h1>{title}</h1>
          <p class="head-meta">
            <Status status={project.status} label={statusLabel(story)} />
            <Id id={project.project_id} />
          </p>
        </div>
        <FilmVerbs story={story} onDone={live.refresh} />
      </div>
      <Trouble error={live.error} />
      <div class="film-top">
        <Screen story={story} />
        <div class="film-side">
          <Waits story={story} />
          <FilmFacts story={story} />
        </div>
      </div>
      <TimeAxis story={story} />
      <Scenes story={story} onDone={live.refresh} />
      <section>
        <h2>
          Callbacks <span class="column-n">{story.callbacks.length}</span>
        </h2>
        <CallbackRows docs={story.callbacks} nameOf={(one) => aboutOf(one.attempt_id, story)} />
      </section>
      <section>
        <h2>
          Deliveries <span class="column-n">{story.deliveries.length}</span>
        </h2>
        <DeliveryRows docs={story.deliveries} />
      </section>
      <Events events={story.timeline} />
    </article>
  );
}

function statusLabel({ project }: Story): string | undefined {
  if (project.status === "paused" && project.awaiting_approval) return "Waits for approval";
  return project.status === "generating" ? `Generating ${project.progress}%` : undefined;
}

function aboutOf(attemptId: string | null | undefined, story: Story): string | null {
  const step = story.steps.find(({ attempts }) =>
    attempts.some(({ attempt_id }) => attempt_id === attemptId)
  );
  return step ? nameOf(step, story) : null;
}

function Screen({ story }: { story: Story }): JSX.Element {
  const { project, scenes } = story;
  const film = safeUrl(project.final_video_url);
  const poster = safeUrl(project.thumbnail_url) ??
    safeUrl(scenes.map(pictureOf).find(Boolean));
  const clips = scenes.flatMap(({ takes }) => takes.flatMap(({ chunks }) => chunks));
  const clip = safeUrl(clips.find(({ kling_video_url }) => kling_video_url)?.kling_video_url);
  if (film) {
    return (
      <div class="screen">
        <video
          src={film}
          poster={poster ?? undefined}
          controls
          playsInline
          preload="metadata"
          aria-label="The film"
        />
      </div>
    );
  }
  return (
    <div class="screen is-waiting">
      {poster && <img src={poster} alt="The latest frame" />}
      {!poster && clip && (
        <video src={clip} muted playsInline preload="metadata" aria-hidden="true" />
      )}
      <p>
        <strong>{`${project.progress}%`}</strong>
        {whyNoFilm(project)}
      </p>
      <SceneBar scenes={scenes.map((scene) => ({ ...scene, progress: progressOf(scene) }))} />
    </div>
  );
}

function whyNoFilm({ status, awaiting_approval }: Story["project"]): string {
  if (status === "failed" || status === "cancelled") return "There is no film";
  if (status === "paused") return awaiting_approval ? "It waits for approval" : "It is paused";
  return "The film is being made";
}

function pictureOf(scene: Story["scenes"][number]): string | null | undefined {
  return scene.thumbnail_url ?? scene.last_frame_url ?? scene.reframed_image_url ?? scene.image_url;
}

/** Of the clips that are in the film, or will be. */
function progressOf({ takes }: Story["scenes"][number]): number {
  const clips = takes.find(({ selected }) => selected)?.chunks ?? [];
  const sum = clips.reduce((all, { progress }) => all + progress, 0);
  return clips.length === 0 ? 0 : sum / clips.length;
}

function Waits({ story }: { story: Story }): JSX.Element {
  return (
    <section class="waits" aria-labelledby="waits">
      <h2 id="waits">What it waits for</h2>
      <ul>
        {waitsFor(story, now.value).slice(0, 6).map(({ tone, text }) => (
          <li key={text} class={`wait-${tone}`}>{unbroken(text)}</li>
        ))}
      </ul>
    </section>
  );
}
