import type { StepProvider } from "./provider.ts";

/**
 * A provider whose code comes with the first call to it: the bell that starts an isolate waits for its
 * answer, and few runs need the code of all providers.
 */
export function loadProvider(load: () => Promise<StepProvider>): StepProvider {
  let loading: Promise<StepProvider> | null = null;

  async function loaded(): Promise<StepProvider> {
    const mine = loading ??= load();
    try {
      return await mine;
    } catch (error) {
      if (loading === mine) loading = null;
      throw error;
    }
  }

  return {
    submit: async (work, announce) => await (await loaded()).submit(work, announce),
    ask: async (work) => await (await loaded()).ask(work),
    find: async (work) => await (await loaded()).find(work),
    cancel: async (request) => await (await loaded()).cancel(request),
  };
}
