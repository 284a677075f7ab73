import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ZodMiniType } from "zod/mini";
import { ApiError, type Told } from "../api/client.ts";
import { client, stream } from "../state.ts";
import { pauseBefore } from "./poll.ts";

export type Live<T> = {
  value: T | null;
  error: ApiError | null;
  /** Looks now, e.g. after a verb. */
  refresh: () => void;
};

export type LiveOptions<T> = {
  /** Whether something of it is expected to change soon. */
  isMoving?: (value: T) => boolean;
  /** How often to look at what is dear to read, and is not to be told; null: it is told. */
  everyMs?: number | null;
};

/**
 * Keeps what a path answers up to date while the page is looked at: told by a stream, or looking again
 * where there is none.
 */
export function useLive<T>(
  path: string | null,
  shape: ZodMiniType<T>,
  { isMoving = () => false, everyMs = null }: LiveOptions<T> = {},
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
    let wasTold = false;

    function show(get: () => T): void {
      try {
        last = get();
        failures = 0;
        setState({ path, value: last, error: null });
      } catch (error) {
        failures++;
        const known = error instanceof ApiError
          ? error
          : new ApiError(-1, `The API answered something else than this console knows: ${error}`);
        setState({ path, value: last, error: known });
      }
    }

    async function lookNow(): Promise<void> {
      const api = client.peek();
      if (underWay || api === null || path === null) return;
      underWay = true;
      wasTold = false;
      clearTimeout(timer);
      const read = await settle(api.read(path, shape, ended.signal));
      underWay = false;
      if (ended.signal.aborted) return;
      show(read);
      // Which of the two is older, nobody knows.
      if (wasTold) return void lookNow();
      plan();
    }

    function take(told: Told): void {
      const api = client.peek();
      if (api === null || ended.signal.aborted) return;
      wasTold = true;
      if (!underWay) show(() => api.take(told, shape));
    }

    function plan(): void {
      clearTimeout(timer);
      if (path === null || ended.signal.aborted || stream.peek()?.tells(path)) return;
      const isMoving = last !== null && moving.current(last);
      const usual = pauseBefore({ isMoving, isHidden: document.hidden, failures });
      const pause = usual === null ? null : Math.max(usual, everyMs ?? 0);
      if (pause !== null) timer = setTimeout(lookNow, pause);
    }

    function changed(): void {
      // What was wrong may be over since, and is then nothing that is told.
      if (failures > 0 && path !== null && stream.peek()?.tells(path)) lookNow();
      else plan();
    }

    const onVisible = () => {
      clearTimeout(timer);
      if (!document.hidden) lookNow();
    };
    document.addEventListener("visibilitychange", onVisible);
    look.current = lookNow;
    // It is told from what is known: that has to be something first.
    let deafen = () => {};
    lookNow().then(() => {
      if (ended.signal.aborted || everyMs !== null) return;
      deafen = stream.peek()?.listen(path, { onTold: take, onChange: changed }) ?? deafen;
    });
    return () => {
      ended.abort();
      deafen();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [path, shape, everyMs]);

  const refresh = useCallback(() => {
    stream.peek()?.beginAgain();
    look.current();
  }, []);
  // What another path answered is not shown under this one.
  return state.path === path ? { ...state, refresh } : { value: null, error: null, refresh };
}

/** Says later how it went. */
async function settle<T>(work: Promise<T>): Promise<() => T> {
  try {
    const value = await work;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
