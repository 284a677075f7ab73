import autocannon from "autocannon";
import { z } from "zod";
import { quantile } from "./figures.ts";
import type { LoadRequest, LoadResult } from "./load.ts";

/*
 * deno run -A bench/load_process.ts <origin> <file with requests> <connections>
 *
 * Prints one line of JSON, a LoadResult.
 */

const Requests = z.array(
  z.object({ path: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
);
const TIMEOUT_S = 30;

async function main([origin = "", file = "", connections = "1"]: string[]): Promise<void> {
  const requests: LoadRequest[] = Requests.parse(JSON.parse(await Deno.readTextFile(file)));
  const options = {
    url: origin,
    connections: Math.min(Number(connections), requests.length),
    amount: requests.length,
    timeout: TIMEOUT_S,
    requests: [{
      method: "POST",
      // Each client prepares one request more than it sends: those are never counted.
      setupRequest: (request: Record<string, unknown>) => ({
        ...request,
        ...requests[next++ % requests.length],
      }),
    }],
  };
  let next = 0;
  let errors = 0;
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  const since = performance.now();
  // Not until its own end, which comes with the next whole second.
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(options, (error: unknown) => error ? reject(error) : resolve());
    const countDown = () => times.length + errors === requests.length && resolve();
    run.on("response", (_client: unknown, status: number, _bytes: number, ms: number) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      times.push(ms);
      countDown();
    });
    run.on("reqError", () => {
      errors++;
      countDown();
    });
  });
  const result: LoadResult = {
    sent: times.length,
    statuses,
    errors,
    seconds: (performance.now() - since) / 1000,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
  console.log(JSON.stringify(result));
}

await main(Deno.args);
Deno.exit(0);
