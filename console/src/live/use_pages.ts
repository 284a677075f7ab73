import { useEffect, useState } from "preact/hooks";
import type { ZodMiniType } from "zod/mini";
import { client, say } from "../state.ts";
import { joinPages, type Page } from "./join_pages.ts";
import { type Live, useLive } from "./use_live.ts";

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
  const [kept, setKept] = useState<{ path: string; page: Page<T> } | null>(null);
  // What another path answered is not shown under this one.
  const known = kept?.path === path ? kept.page : null;
  const list = first.value && joinPages(first.value, known, idOf);
  // Only a list of several pages can lose what its first page pushes out.
  useEffect(() => {
    if (list && known) setKept({ path, page: list });
  }, [first.value]);

  async function more(): Promise<void> {
    const api = client.peek();
    if (!list?.next || !api) return;
    try {
      const glue = path.includes("?") ? "&" : "?";
      const page = await api.read(`${path}${glue}before=${encodeURIComponent(list.next)}`, shape);
      setKept({ path, page: { docs: [...list.docs, ...page.docs], next: page.next } });
    } catch (error) {
      say(error instanceof Error ? error.message : `${error}`, "bad");
    }
  }

  const { error, refresh } = first;
  return { error, refresh, docs: list?.docs ?? null, hasMore: Boolean(list?.next), more };
}
