import type { Sql } from "postgres";
import { retakePromptOf } from "./film_plan.ts";
import type { Operator } from "./operator.ts";
import { patiently } from "./patient_sql.ts";
import type { Deeds } from "./people.ts";

type Means = { sql: Sql; operator: Operator };
type Scene = { scene_id: string; project_id: string; prompt: string };

/** Has a scene of a film made once more in other words, each film once. */
export async function retake(
  { sql, operator, deeds }: Means & { deeds: Pick<Deeds, "retaken"> },
  statuses: string[],
  choice: number,
): Promise<void> {
  const scenes = await patiently(sql, (sql) =>
    sql<Scene[]>`
      select scene_id, project_id, scenes.prompt
      from public.scenes join public.projects using (project_id)
      where projects.status in ${sql(statuses)}
      order by scene_id`);
  const scene = pick(scenes.filter((one) => !deeds.retaken.has(one.project_id)), choice);
  if (scene === undefined) return;
  deeds.retaken.add(scene.project_id);
  const prompt = retakePromptOf(scene.prompt);
  await operator.ask(`/scenes/${scene.scene_id}/regenerate`, { body: () => ({ prompt }) });
}

/**
 * Puts the first take of a scene that was made once more into its film again, where that was whole: a
 * scene whose own first take was given up goes on from the later one.
 */
export async function goBack({ sql, operator }: Means, choice: number): Promise<void> {
  const scenes = await patiently(sql, (sql) =>
    sql<{ scene_id: string }[]>`
      select distinct scene_id
      from public.video_chunks
      join public.scenes using (scene_id)
      join public.projects on projects.project_id = scenes.project_id
      where projects.status = 'completed' and selected and take > 1
        and not exists (
          select from public.video_chunks as first
          where first.project_id = projects.project_id and first.take = 1
            and first.status <> 'COMPLETED'
        )
        and video_chunks.prompt = scenes.prompt and scenes.prompt like ${retakePromptOf("%")}
      order by scene_id`);
  const scene = pick(scenes, choice);
  if (scene === undefined) return;
  await operator.ask(`/scenes/${scene.scene_id}/select`, { body: () => ({ take: 1 }) });
}

/** @param choice from 0 up to 1 */
function pick<T>(items: readonly T[], choice: number): T | undefined {
  return items[Math.floor(choice * items.length)];
}
