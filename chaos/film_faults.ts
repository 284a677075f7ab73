import type { Behaviour, Call } from "../local/simulators/fal/behaviour.ts";
import type { FalSimulator } from "../local/simulators/fal/server.ts";
import type { FaultKind, Faults, Flood } from "./fault_kinds.ts";
import type { Places } from "./places.ts";
import type { FilmFault } from "./schedule.ts";

type FilmRule = Behaviour & { on?: Call; times?: number };

/** What fal says when it refuses; the client hears it as the reason of the failure. */
export const REFUSAL = "The storm flagged this input";

const REFUSED = [{ loc: ["body"], msg: REFUSAL, type: "content_policy_violation" }];

/** Makes fal misbehave towards one step of one film, and counts what it really did. */
export function plantFilmFault(
  { kind, film, place, force }: FilmFault,
  { fal, places, given }: {
    fal: Pick<FalSimulator, "behave">;
    places: Places;
    given: (kind: FaultKind) => void;
  },
): void {
  for (const rule of rulesOf(kind, force)) {
    fal.behave({
      ...rule,
      input(input) {
        const found = places.of(input);
        if (found?.film !== film || found.place !== place) return false;
        given(kind);
        return true;
      },
    });
  }
}

/** What befalls every film. */
export function plantFloods(
  { floods }: Faults,
  { fal, given }: { fal: Pick<FalSimulator, "behave">; given: (kind: Flood) => void },
): void {
  if (!floods.includes("every-callback")) return;
  fal.behave({
    webhook: "silent",
    input() {
      given("every-callback");
      return true;
    },
  });
}

/** @param force from 0 up to 1 */
function rulesOf(kind: FaultKind, force: number): FilmRule[] {
  switch (kind) {
    case "lost-callbacks":
      // Where it is asked instead, it stumbles.
      return [
        { webhook: "silent" },
        {
          on: force < 0.5 ? "status" : "result",
          refuse: { status: force < 0.2 ? 404 : 503 },
          times: 1,
        },
      ];
    case "late-callbacks":
      return [{ webhook: "silent" }];
    case "twofold-callbacks":
      return [{ webhook: "twice" }];
    case "reordered-callbacks":
      return [{ webhookAfterMs: Math.round(200 + force * 3000) }];
    case "early-callbacks":
      return [{ webhook: "early" }];
    case "provider-5xx":
      return [{ refuse: { status: force < 0.5 ? 503 : 500 }, times: force < 0.3 ? 2 : 1 }];
    case "provider-429":
      return [{ refuse: { status: 429, headers: { "retry-after": "1" } }, times: 1 }];
    case "provider-hangs":
      return [{ answerAfterMs: Math.round(3000 + force * 4000), times: 1 }];
    case "provider-refuses":
      return force < 0.5
        ? [{ refuse: { status: 422, body: { detail: REFUSED } } }]
        : [{ fail: { status: 422, detail: REFUSED } }];
    case "provider-breaks":
      return [{
        fail: { status: 503, detail: "The runner went away", errorType: "runner_disconnected" },
        times: 1,
      }];
    case "provider-never-ends":
      return [{ stuck: true }];
    case "provider-slow":
      return [{ slowMs: Math.round(1000 + force * 5000) }];
    case "cut-before":
      return [{ cut: "before", times: 1 }];
    case "cut-after":
      return [{ cut: "after", times: 1, ...(force < 0.5 ? { webhook: "silent" as const } : {}) }];
    default:
      return [];
  }
}
