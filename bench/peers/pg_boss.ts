import PgBoss from "pg-boss";

const QUEUE = "films";
const WORKERS = 8;

/** pg-boss on a Postgres of ours. Its schema is made by itself, beside ours. */
export interface Boss extends AsyncDisposable {
  /** Sends so many jobs, one at a time on each of eight connections; jobs a second. */
  send(jobs: number): Promise<number>;
  /** Fetches and completes as many; jobs a second. */
  work(jobs: number): Promise<number>;
  countCompleted(): Promise<number>;
}

export async function startBoss(connectionString: string): Promise<Boss> {
  const boss = new PgBoss({ connectionString, max: WORKERS, schedule: false, supervise: false });
  boss.on("error", (error: unknown) => console.error("pg-boss:", error));
  await boss.start();
  await boss.createQueue(QUEUE);

  async function together(jobs: number, one: () => Promise<unknown>): Promise<number> {
    let begun = 0;
    const since = performance.now();
    await Promise.all(Array.from({ length: WORKERS }, async () => {
      while (begun++ < jobs) await one();
    }));
    return jobs / (performance.now() - since) * 1000;
  }
  return {
    send: (jobs) => together(jobs, () => boss.send(QUEUE, { video_id: crypto.randomUUID() })),
    work: (jobs) =>
      together(jobs, async () => {
        const [job] = await boss.fetch(QUEUE);
        if (!job) throw new Error("Cannot measure pg-boss: a job is missing");
        await boss.complete(QUEUE, job.id);
      }),
    async countCompleted() {
      const { rows } = await boss.getDb().executeSql(
        "select count(*)::int as n from pgboss.job where state = 'completed'",
        [],
      );
      return rows[0]?.n;
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false });
    },
  };
}
