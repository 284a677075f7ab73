import type { Delivery } from "../api/shapes/delivery.ts";
import type { Step } from "../api/shapes/step.ts";
import type { Story } from "../api/shapes/story.ts";
import { ago, span, usd } from "../format.ts";
import { labelOfStep } from "./labels.ts";

export type Wait = {
  tone: "calm" | "moving" | "attention" | "trouble";
  text: string;
};

const OPEN = ["queued", "running", "waiting"];

/** What a film waits for at this moment, in sentences for whoever looks; the gravest first. */
export function waitsFor(story: Story, now: number): Wait[] {
  const { project, steps } = story;
  const open = steps.filter((step) => OPEN.includes(step.status));
  const deliveries = story.deliveries.flatMap((delivery) => waitOfDelivery(delivery, now));

  switch (project.status) {
    case "completed":
      return deliveries.length > 0
        ? deliveries
        : [{ tone: "calm", text: "Nothing. The film is there." }];
    case "failed": {
      const text = `Somebody to retry it: ${project.error_message ?? ""}`;
      return [{ tone: "trouble", text }, ...deliveries];
    }
    case "cancelled":
      return [{ tone: "calm", text: `Nothing. It was cancelled.${givenUp(open)}` }, ...deliveries];
    case "paused": {
      const text = project.awaiting_approval
        ? `Somebody to approve the ${project.awaiting_approval}${costs(story)}.`
        : `Somebody to resume it${pauseReason(story)}.`;
      return [{ tone: "attention", text }, ...deliveries];
    }
  }
  if (open.length === 0) {
    const text = "Nobody moves it on: it has no open step. Cancel it, then retry it.";
    return [{ tone: "trouble", text }, ...deliveries];
  }
  return [...open.map((step) => waitOfStep(step, story, now)), ...deliveries];
}

function waitOfStep(step: Step, story: Story, now: number): Wait {
  const what = nameOf(step, story);
  const last = step.attempts.at(-1);
  const since = Date.parse(last?.submitted_at ?? last?.created_at ?? step.created_at);
  const provider = step.provider ?? last?.provider ?? "its provider";
  const dueIn = step.due_at ? Date.parse(step.due_at) - now : null;

  if (last?.status === "lost") {
    const text = `${what}: ${provider}'s answer was lost; it is being looked up`;
    return { tone: "attention", text: `${text}.` };
  }
  if (step.status === "waiting") {
    const overdue = dueIn !== null && dueIn < 0;
    const text = `${what}: ${provider} has been at it for ${span(Math.max(0, now - since))}`;
    if (overdue) return { tone: "attention", text: `${text}; it is overdue and will be asked.` };
    return { tone: "moving", text: `${text}.` };
  }
  if (step.status === "running") {
    return { tone: "moving", text: `${what}: ${provider} is being called.` };
  }
  if (dueIn === null) return { tone: "attention", text: `${what}: held until it is resumed.` };
  const why = last?.error_message ? ` after “${last.error_message}”` : "";
  if (dueIn > 1000) {
    const number = (last?.number ?? 0) + 1;
    return { tone: "attention", text: `${what}: try ${number} in ${span(dueIn)}${why}.` };
  }
  const due = ago(step.due_at ?? "", now);
  const text = `${what}: a free runner, and room at its provider${why}; due ${due}.`;
  if (dueIn >= -60_000) return { tone: "moving", text };
  return { tone: "attention", text: `${text} Health says what is paused, held or at its limit.` };
}

function givenUp(open: Step[]): string {
  if (open.length === 0) return "";
  const requests = open.length === 1 ? "1 request is" : `${open.length} requests are`;
  return ` ${requests} still being given up at the provider.`;
}

function waitOfDelivery(delivery: Delivery, now: number): Wait[] {
  const to = delivery.url || delivery.endpoint_id || "its receiver";
  if (delivery.status === "dead") {
    const said = delivery.error ? `: ${delivery.error}` : "";
    return [{ tone: "trouble", text: `The callback to ${to} was given up${said}. Redrive it.` }];
  }
  if (delivery.status !== "pending" && delivery.status !== "delivering") return [];
  const number = delivery.attempt_count + (delivery.status === "pending" ? 1 : 0);
  const dueIn = delivery.due_at ? Date.parse(delivery.due_at) - now : 0;
  const when = delivery.status === "pending" && dueIn > 1000 ? ` in ${span(dueIn)}` : "";
  const tone = number > 1 ? "attention" : "moving";
  return [{ tone, text: `The receiver of its callback, ${to}: try ${number}${when}.` }];
}

/** `Generate clip, scene 2`; a scene of several clips says which one. */
export function nameOf(step: Pick<Step, "kind" | "scene_id" | "chunk_id">, story: Story): string {
  const scene = story.scenes.find(({ scene_id }) => scene_id === step.scene_id);
  const kind = labelOfStep(step.kind);
  if (!scene) return kind;
  const chunks = scene.takes.find(({ selected }) => selected)?.chunks ?? [];
  const chunk = chunks.find(({ chunk_id }) => chunk_id === step.chunk_id);
  const part = chunks.length > 1 && chunk ? `, clip ${chunk.position}` : "";
  return `${kind}, scene ${scene.position}${part}`;
}

function pauseReason({ timeline }: Story): string {
  const reason = timeline.findLast(({ type }) => type.startsWith("project.pause"))?.data.reason;
  return typeof reason === "string" && reason !== "" ? `: ${reason}` : "";
}

function costs({ project }: Story): string {
  const { estimated_cost_usd: estimate, max_cost_usd: most } = project;
  if (estimate === null || estimate === undefined) return "";
  const isAbove = most !== null && most !== undefined && estimate > most;
  const cap = isAbove ? `, above the ${usd(most)} allowed` : "";
  return `; the film will cost about ${usd(estimate)}${cap}`;
}
