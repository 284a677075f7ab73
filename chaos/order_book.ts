import type { FilmPlan } from "./film_plan.ts";
import { orderFilm } from "./orders.ts";
import { endlessClips, type Schedule } from "./schedule.ts";
import type { World } from "./world.ts";

type Means = { world: World; schedule: Schedule; run: string; log: (line: string) => void };

/** What was ordered, and what became of each order. */
export class OrderBook {
  /** Projects' ids by film number; null: the order was never accepted. */
  readonly taskIds = new Map<number, string | null>();
  /** Film numbers of later versions, by their projects' ids. */
  readonly revisions = new Map<string, number>();
  #means: Means;

  constructor(means: Means) {
    this.#means = means;
  }

  async order(film: FilmPlan): Promise<string | null> {
    const id = await this.#post(film, 0);
    this.taskIds.set(film.number, id);
    return id;
  }

  /** The next version of a film, which is to be the same; not of one that a language model wrote. */
  async orderAgain(projectId: string): Promise<void> {
    const film = this.#means.schedule.films.find(({ number }) =>
      this.taskIds.get(number) === projectId
    );
    if (film === undefined || film.isWritten) return;
    const id = await this.#post(film, this.revisions.size + 1);
    if (id !== null) this.revisions.set(id, film.number);
  }

  /** Every film that is there, or should be, by its project's id. */
  numbers(): Map<string, number> {
    const accepted = [...this.taskIds].flatMap(([number, id]) =>
      id === null ? [] : [[id, number] as const]
    );
    return new Map([...accepted, ...this.revisions]);
  }

  async #post(film: FilmPlan, revision: number): Promise<string | null> {
    const { world, schedule, run, log } = this.#means;
    const endless = endlessClips(schedule, film.number);
    const id = await orderFilm(world, film, { run, endless, revision });
    log(`chaos: film ${film.number}${revision > 0 ? ` again (${revision})` : ""} is ${id}`);
    return id;
  }
}
