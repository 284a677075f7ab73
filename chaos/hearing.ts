import { z } from "zod";
import type { ChatApp, ChatCallback } from "../local/simulators/chat_app.ts";

const Heard = z.object({
  type: z.string(),
  data: z.looseObject({ task_id: z.string(), final_video_url: z.string().nullish() }),
});

/** What the client was told of one film. */
export type Word = {
  type: string;
  webhookId: string | null;
  verified: boolean;
  /** It was answered well: whoever sent it knows that it came. */
  isTaken: boolean;
  filmUrl: string | null;
};

/** Listens to what the client is told, until it is stopped. */
export class Hearing {
  readonly words = new Map<string, Word[]>();
  /** Callbacks that name no film. */
  readonly odd: ChatCallback[] = [];
  #stopping = new AbortController();
  #waiting = new Map<string, () => void>();
  #onCallback: () => void;

  constructor(chat: ChatApp, onCallback: () => void) {
    this.#onCallback = onCallback;
    this.#listen(chat);
  }

  /** Resolves when the client was told of the film's end, or after `patienceMs`. */
  async ended(filmId: string, patienceMs: number): Promise<boolean> {
    if (this.words.has(filmId)) return true;
    const told = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => told.resolve(false), patienceMs);
    this.#waiting.set(filmId, () => told.resolve(true));
    try {
      return await told.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(filmId);
    }
  }

  /** Nothing more will be heard of it: whoever waits for its end waits no longer. */
  forget(filmId: string): void {
    this.#waiting.get(filmId)?.();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #listen(chat: ChatApp): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const callback = await chat.next(undefined, this.#stopping.signal).catch(() => null);
      if (callback) this.#note(callback);
    }
  }

  #note(callback: ChatCallback): void {
    this.#onCallback();
    const read = Heard.safeParse(callback.body);
    if (!read.success) {
      this.odd.push(callback);
      return;
    }
    const { type, data: { task_id, final_video_url: filmUrl = null } } = read.data;
    const { webhookId, verified, answered } = callback;
    const word = { type, webhookId, verified, isTaken: answered === 200, filmUrl };
    this.words.set(task_id, [...this.words.get(task_id) ?? [], word]);
    this.#waiting.get(task_id)?.();
  }
}
