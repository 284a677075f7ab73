import type { Delivery } from "../api/shapes/delivery.ts";
import type { Attempt, Step } from "../api/shapes/step.ts";
import type { Story } from "../api/shapes/story.ts";
import { words } from "../format.ts";
import { labelOfType } from "./labels.ts";
import { nameOf } from "./waits_for.ts";

/** Something that took time (`end` null: it still goes on), or a moment (`end` = `start`). */
export type Mark = {
  id: string;
  kind: "step" | "attempt" | "callback" | "try" | "event";
  /** A status, for its colour and for people who do not see colours. */
  status: string;
  label: string;
  /** Milliseconds since the epoch. */
  start: number;
  end: number | null;
  /** What is shown when it is chosen. */
  detail: unknown;
};

export type Lane = { id: string; label: string; group: string; marks: Mark[] };

const FILM_GROUP = "Film";

/** All that happened to a film as lanes on one axis: scenes in order, the film, callbacks, deliveries. */
export function lanesOf(story: Story): Lane[] {
  const ofScenes = story.scenes.flatMap((scene) => {
    const steps = story.steps.filter(({ scene_id }) => scene_id === scene.scene_id);
    return mergeByWhat(steps, story, `Scene ${scene.position}`);
  });
  const ofFilm = mergeByWhat(
    story.steps.filter(({ scene_id }) => !scene_id),
    story,
    FILM_GROUP,
  );
  return [...ofScenes, ...ofFilm, ...callbackLanes(story), ...deliveryLanes(story.deliveries)];
}

/** From the first to the last moment of all lanes, a little wider than both. */
export function extentOf(lanes: Lane[], story: Story, now: number): { from: number; to: number } {
  const moments = lanes.flatMap(({ marks }) =>
    marks.flatMap(({ start, end }) => [start, end ?? now])
  );
  const from = Math.min(Date.parse(story.project.created_at), ...moments);
  const to = Math.max(from + 1000, ...moments);
  return { from, to: to + (to - from) * 0.02 };
}

/** Steps of one kind on one chunk share a lane, each attempt a bar. */
function mergeByWhat(steps: Step[], story: Story, group: string): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const step of steps) {
    const id = `${group}/${step.kind}/${step.chunk_id ?? ""}`;
    const label = nameOf(step, story).replace(/, scene \d+/, "");
    const lane = lanes.get(id) ?? { id, label, group, marks: [] };
    lane.marks.push(...marksOfStep(step, label));
    lanes.set(id, lane);
  }
  return [...lanes.values()];
}

function marksOfStep(step: Step, label: string): Mark[] {
  if (step.attempts.length > 0) return step.attempts.map((one) => markOfAttempt(one, step, label));
  const start = Date.parse(step.created_at);
  const isOpen = ["queued", "running", "waiting"].includes(step.status);
  const end = isOpen ? null : Date.parse(step.updated_at);
  return [{ id: step.step_id, kind: "step", status: step.status, label, start, end, detail: step }];
}

function markOfAttempt(attempt: Attempt, step: Step, label: string): Mark {
  return {
    id: attempt.attempt_id,
    kind: "attempt",
    status: attempt.status,
    label: `${label}, attempt ${attempt.number}`,
    start: Date.parse(attempt.created_at),
    end: attempt.ended_at ? Date.parse(attempt.ended_at) : null,
    detail: { ...attempt, step_id: step.step_id },
  };
}

function callbackLanes({ callbacks }: Story): Lane[] {
  const sources = [...new Set(callbacks.map(({ source }) => source))];
  return sources.map((source) => ({
    id: `callbacks/${source}`,
    label: `from ${source}`,
    group: "Callbacks",
    marks: callbacks.filter((one) => one.source === source).map((one) => {
      const at = Date.parse(one.received_at);
      return {
        id: one.webhook_log_id,
        kind: "callback",
        status: one.outcome ?? one.status,
        label: words(one.type),
        start: at,
        end: at,
        detail: one,
      };
    }),
  }));
}

/** A lane for each receiver, with all that was sent there. */
function deliveryLanes(deliveries: Delivery[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const delivery of deliveries) {
    const marks = marksOfDelivery(delivery);
    // What waits, was not wanted, or travels in a batch has no time of its own.
    if (marks.length === 0) continue;
    const id = delivery.endpoint_id ?? "callback_url";
    const label = delivery.endpoint_id ? hostOf(delivery) : "callback_url";
    const lane = lanes.get(id) ?? { id: `deliveries/${id}`, label, group: "Deliveries", marks: [] };
    lane.marks.push(...marks);
    lanes.set(id, lane);
  }
  return [...lanes.values()];
}

function marksOfDelivery(delivery: Delivery): Mark[] {
  return (delivery.tries ?? []).map((one) => {
    const end = Date.parse(one.attempted_at);
    const isGood = one.status_code !== null && one.status_code !== undefined &&
      one.status_code >= 200 && one.status_code < 300;
    return {
      id: `${delivery.delivery_id}/${one.number}`,
      kind: "try",
      status: isGood ? "delivered" : "failed",
      label: `${labelOfType(delivery.type)}, try ${one.number}`,
      start: end - (one.duration_ms ?? 0),
      end,
      detail: { ...one, delivery_id: delivery.delivery_id, type: delivery.type },
    };
  });
}

function hostOf({ url, endpoint_id }: Delivery): string {
  return url && URL.canParse(url) ? new URL(url).host : endpoint_id ?? "";
}

const STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  14_400,
  43_200,
  86_400,
];

/** Where an axis of so many milliseconds has its ticks: at most `most`, at round distances. */
export function ticksOf(length: number, most = 7): number[] {
  const step = (STEPS.find((seconds) => length / (seconds * 1000) <= most) ?? 86_400 * 7) * 1000;
  const ticks: number[] = [];
  for (let at = 0; at <= length; at += step) ticks.push(at);
  return ticks;
}
