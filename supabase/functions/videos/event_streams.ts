import { isAway } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import {
  EVENT_STREAM_HEADERS,
  FIRST_WORDS,
  HEARTBEAT,
  LONGEST_STREAM,
  LOOK_AGAIN,
  MOST_SILENCE,
  streamWords,
} from "../_shared/event_stream.ts";
import { type Reader, readVideoEvents, type VideoEvents } from "../_shared/transitions/videos.ts";
import { COME_AGAIN, readHeard, sayEvents } from "./server_sent.ts";

export interface EventStreams {
  /**
   * Answers with a task's events as they come, after the last one that the reader has. Where too many
   * streams are open here, or the database is away: with one that ends at once. Null where the reader may
   * not read it, or it is not there.
   *
   * @param letIn asked once it is known that the reader may read it; what it throws is thrown
   */
  open(
    taskId: string,
    by: Reader,
    lastEventId: string | null,
    letIn?: () => Promise<void>,
  ): Promise<Response | null>;
}

/** An isolate has 256 MB, and the database other work. */
const MOST_STREAMS = 100;
/** Milliseconds between two looks of all streams of this isolate. */
const SHARE = 20;

const ENDED = new Set(["completed", "failed", "cancelled"]);

type StreamDeps = Pick<Deps, "db" | "now" | "wait" | "log">;

export function createEventStreams(
  deps: StreamDeps,
  { stopping }: { stopping: AbortSignal },
): EventStreams {
  const { db } = deps;
  let open = 0;

  return {
    async open(taskId, by, lastEventId, letIn = () => Promise.resolve()) {
      if (open >= MOST_STREAMS) return comeAgain();
      const heard = readHeard(lastEventId);
      const after = heard?.after ?? 0;
      const first = await readVideoEvents(db, taskId, { ...by, after }).catch(orAway);
      if (first === "away") return comeAgain();
      if (first === null) return null;
      await letIn();
      // 204 tells an EventSource, which comes again by itself, to stay away.
      if (isOver(first) && first.events.length === 0 && heard?.status === first.task.status) {
        return new Response(null, { status: 204 });
      }

      // Others have come while the database was asked.
      if (open >= MOST_STREAMS) return comeAgain();
      open++;
      const words = tell(deps, {
        first,
        after,
        read: (from) => readVideoEvents(db, taskId, { ...by, after: from }),
        isEnd: () => stopping.aborted,
        leastPause: () => open * SHARE,
      });
      return new Response(streamWords(words, () => open--), {
        headers: EVENT_STREAM_HEADERS,
      });
    },
  };
}

type Story = {
  first: VideoEvents;
  after: number;
  read: (after: number) => Promise<VideoEvents | null>;
  isEnd: () => boolean;
  leastPause: () => number;
};

async function* tell(deps: StreamDeps, story: Story): AsyncGenerator<string, void> {
  const { now, wait, log } = deps;
  const until = now() + LONGEST_STREAM;
  let { after } = story;
  /** Null while the database is away: of what is not known nothing is said. */
  let answer: VideoEvents | null = story.first;
  let said = "";
  let saidAt = now();
  let pause = LOOK_AGAIN.first;
  yield FIRST_WORDS;

  while (true) {
    const { words, lastEventId, task } = answer === null
      ? { words: "", lastEventId: after, task: said }
      : sayEvents(answer, { after, said });
    after = lastEventId;
    if (words !== "") {
      yield words;
      said = task;
      saidAt = now();
    }
    const isEnding = answer !== null && isOver(answer);
    if (isEnding && words === "") return;
    // Everything is said only when an answer brings no more.
    pause = words !== "" ? LOOK_AGAIN.first : Math.min(pause * LOOK_AGAIN.growth, LOOK_AGAIN.last);
    if (story.isEnd() || now() >= until) return;
    if (!isEnding) await wait(Math.max(pause, story.leastPause()));
    if (now() - saidAt >= MOST_SILENCE) {
      yield HEARTBEAT;
      saidAt = now();
    }
    try {
      const next = await story.read(after);
      if (next === null) return;
      answer = next;
    } catch (error) {
      if (!isAway(error)) {
        log("stream.failed", { error });
        return;
      }
      answer = null;
    }
  }
}

function isOver({ task }: VideoEvents): boolean {
  return ENDED.has(task.status);
}

function orAway(error: unknown): "away" {
  if (isAway(error)) return "away";
  throw error;
}

/** An EventSource gives up for good at anything but a stream: a 503 would be the last it hears. */
function comeAgain(): Response {
  return new Response(COME_AGAIN, { headers: EVENT_STREAM_HEADERS });
}
