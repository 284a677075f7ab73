import { configureFal } from "./fal/configure.ts";
import type { Get } from "./env.ts";
import type { Log } from "./log.ts";
import type { StepProvider } from "./provider.ts";
import {
  configureFrameService,
  configureStitchService,
  configureVideoService,
} from "./services/configure.ts";
import { configureStorage } from "./storage/configure.ts";
import { configureStoryboard } from "./storyboard/configure.ts";
import { configureTestMode } from "./test_mode/configure.ts";
import type { Provider, StepKind } from "./transitions/steps.ts";

export type ProviderDeps = {
  get: Get;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
};

/** A provider that this installation has what it takes to use, and what it is used for. */
export type Configured = {
  name: Provider;
  steps: readonly StepKind[];
  /** A second call for the same attempt would be paid for again: the first is announced. */
  paysEachCall?: boolean;
  provider: StepProvider;
};

export interface Providers {
  /** Who does which step; a step that nobody can do is missing, and is not claimed. */
  readonly steps: Partial<Record<StepKind, Provider>>;
  /** Whose calls are announced before they are made. */
  readonly announced: readonly Provider[];
  /** Null for a provider that is not configured (any more). */
  byName(name: string): StepProvider | null;
}

/** In order of preference, the preferred one last. */
const CONFIGURE: readonly ((deps: ProviderDeps) => Configured | null)[] = [
  configureTestMode,
  configureStorage,
  configureStoryboard,
  configureFal,
  configureVideoService,
  configureFrameService,
  configureStitchService,
];

/** Chooses a provider for each step by what the environment configures. */
export function configureProviders(deps: ProviderDeps): Providers {
  const configured = CONFIGURE.flatMap((configure) => configure(deps) ?? []);
  const steps: Partial<Record<StepKind, Provider>> = {
    // Goes to whichever provider has the request; the name stands for none.
    cancel_request: "fal",
  };
  for (const { name, steps: done } of configured) {
    for (const step of done) steps[step] = name;
  }

  return {
    steps,
    announced: configured.filter(({ paysEachCall }) => paysEachCall).map(({ name }) => name),
    byName: (name) => configured.find((one) => one.name === name)?.provider ?? null,
  };
}
