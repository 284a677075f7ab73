import type { Behaviour } from "../../local/simulators/fal/behaviour.ts";
import type { FalSimulator } from "../../local/simulators/fal/server.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";

export type MediaTrouble = "media-away" | "media-slow" | "media-cut-off";

/** For a while, whoever fetches what fal made gets nothing, or late (past a lease too), or half of it. */
export async function troubleMedia(
  fal: Pick<FalSimulator, "behave">,
  trouble: MediaTrouble,
  { force, choice }: { force: number; choice: number },
): Promise<void> {
  const end = fal.behave({ on: "file", ...behaviourOf(trouble, choice) });
  // What fal cannot fetch fails its film for good.
  await pause(trouble === "media-slow" ? 1000 + force * 3000 : 200 + force * 1200);
  end();
}

function behaviourOf(trouble: MediaTrouble, choice: number): Behaviour {
  switch (trouble) {
    case "media-away":
      return choice < 0.5 ? { cut: "before" } : { refuse: { status: 503 } };
    case "media-slow":
      return { answerAfterMs: Math.round(200 + choice * 7000) };
    case "media-cut-off":
      return { cut: "midway" };
  }
}
