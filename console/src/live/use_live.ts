import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ZodMiniType } from "zod/mini";
import { ApiError } from "../api/client.ts";
import { client } from "../state.ts";
import { pauseBefore } from "./poll.ts";

export type Live<T> = {
  value: T | null;
  error: ApiError | null;
  /** Looks now, e.g. after a verb. */
  refresh: () => void;
};

/**
 * Keeps what a path answers up to date while the page is looked at.
 *
 * @param isMoving whether something of it is expected to change soon
 */
export function useLive<T>(
  path: string | null,
  shape: ZodMiniType<T>,
  isMoving: (value: T) => boolean = () => false,
): Live<T> {
  const [state, setState] = useState<
    { path: string | null; value: T | null; error: ApiError | null }
  >(
    { path: null, value: null, error: null },
  );
  const look = useRef<() => void>(() => {});
  const moving = useRef(isMoving);
  moving.current = isMoving;

  useEffect(() => {
    if (path === null) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let last: T | null = null;
    let underWay = false;

    async function lookNow(): Promise<void> {
      const api = client.peek();
      if (underWay || api === null || path === null) return;
      underWay = true;
      clearTimeout(timer);
      try {
        last = await api.read(path, shape, ended.signal);
        failures = 0;
        if (!ended.signal.aborted) setState({ path, value: last, error: null });
      } catch (error) {
        if (ended.signal.aborted) return;
        failures++;
        const known = error instanceof ApiError
          ? error
          : new ApiError(-1, `The API answered something else than this console knows: ${error}`);
        setState({ path, value: last, error: known });
      } finally {
        underWay = false;
      }
      plan();
    }

    function plan(): void {
      const isMoving = last !== null && moving.current(last);
      const pause = pauseBefore({ isMoving, isHidden: document.hidden, failures });
      if (pause !== null && !ended.signal.aborted) timer = setTimeout(lookNow, pause);
    }

    const onVisible = () => {
      clearTimeout(timer);
      if (!document.hidden) lookNow();
    };
    document.addEventListener("visibilitychange", onVisible);
    look.current = lookNow;
    lookNow();
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [path, shape]);

  const refresh = useCallback(() => look.current(), []);
  // What another path answered is not shown under this one.
  return state.path === path ? { ...state, refresh } : { value: null, error: null, refresh };
}
