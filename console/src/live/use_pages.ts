import { useEffect, useState } from "preact/hooks";
import type { ZodMiniType } from "zod/mini";
import { client, say } from "../state.ts";
import { type Live, useLive } from "./use_live.ts";

export type Page<T> = { docs: T[]; next: string | null };

export type Pages<T> = Omit<Live<Page<T>>, "value"> & {
  /** Null: not there yet. */
  docs: T[] | null;
  hasMore: boolean;
  more: () => Promise<void>;
};

/** The first page is kept up to date, further ones are as they were when they were asked for. */
export function usePages<T>(
  path: string,
  shape: ZodMiniType<Page<T>>,
  idOf: (doc: T) => string,
): Pages<T> {
  const first = useLive(path, shape);
  const [older, setOlder] = useState<Page<T> | null>(null);
  useEffect(() => setOlder(null), [path]);

  async function more(): Promise<void> {
    const before = older ? older.next : first.value?.next;
    const api = client.peek();
    if (!before || !api) return;
    try {
      const glue = path.includes("?") ? "&" : "?";
      const page = await api.read(`${path}${glue}before=${encodeURIComponent(before)}`, shape);
      setOlder((known) => ({ docs: [...known?.docs ?? [], ...page.docs], next: page.next }));
    } catch (error) {
      say(error instanceof Error ? error.message : `${error}`, "bad");
    }
  }

  const newest = first.value?.docs ?? null;
  const seen = new Set(newest?.map(idOf));
  const docs = newest && [...newest, ...(older?.docs ?? []).filter((doc) => !seen.has(idOf(doc)))];
  const next = older ? older.next : first.value?.next;
  return { error: first.error, refresh: first.refresh, docs, hasMore: Boolean(next), more };
}
