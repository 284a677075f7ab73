import { mayPassOneByOne } from "../_shared/database.ts";
import type { DeliveryRecord } from "../_shared/transitions/deliveries.ts";

/** Results that go into one call at most. */
const PAGE = 100;

export type RecordDeps = {
  recordPage: (page: readonly DeliveryRecord[]) => Promise<void>;
  recordOne: (record: DeliveryRecord) => Promise<void>;
};

/**
 * Collects results while a page of them is on its way to the database, so that there is one call at a
 * time, however many there are. Each caller hears of its own result alone.
 */
export function createRecorder(
  { recordPage, recordOne }: RecordDeps,
): (record: DeliveryRecord) => Promise<void> {
  type Waiting = PromiseWithResolvers<void> & { record: DeliveryRecord };
  const waiting: Waiting[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const page = waiting.splice(0, PAGE);
      try {
        await recordPage(page.map(({ record }) => record));
        page.forEach(({ resolve }) => resolve());
      } catch (error) {
        if (mayPassOneByOne(error)) await oneByOne(page);
        else page.forEach(({ reject }) => reject(error));
      }
    }
    writing = false;
  }

  async function oneByOne(page: Waiting[]): Promise<void> {
    for (const { record, resolve, reject } of page) await recordOne(record).then(resolve, reject);
  }

  return (record) => {
    const one = { record, ...Promise.withResolvers<void>() };
    waiting.push(one);
    if (!writing) write();
    return one.promise;
  };
}
