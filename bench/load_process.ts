import autocannon from "autocannon";
import { z } from "zod";
import type { LoadRequest, LoadResult } from "./load.ts";

/*
 * deno run -A bench/load_process.ts <origin> <file with requests> <connections>
 *
 * Prints one line of JSON, a LoadResult.
 */

const Requests = z.array(
  z.object({ path: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
);
const Report = z.object({
  statusCodeStats: z.record(z.string(), z.object({ count: z.number() })),
  errors: z.number(),
  duration: z.number(),
  requests: z.object({ sent: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
});

async function main([origin = "", file = "", connections = "1"]: string[]): Promise<void> {
  const requests: LoadRequest[] = Requests.parse(JSON.parse(await Deno.readTextFile(file)));
  const options = {
    url: origin,
    connections: Math.min(Number(connections), requests.length),
    amount: requests.length,
    timeout: 30,
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
  let last = 0;
  const since = performance.now();
  const report = Report.parse(
    await new Promise((resolve, reject) => {
      const run = autocannon(
        options,
        (error: unknown, report: unknown) => error ? reject(error) : resolve(report),
      );
      // It ends at its next whole second: the last answer says how long the load took.
      run.on("response", () => last = performance.now());
    }),
  );
  const result: LoadResult = {
    sent: report.requests.sent,
    statuses: Object.fromEntries(
      Object.entries(report.statusCodeStats).map(([status, { count }]) => [status, count]),
    ),
    errors: report.errors,
    seconds: (last - since) / 1000,
    p50: report.latency.p50,
    p99: report.latency.p99,
  };
  console.log(JSON.stringify(result));
}

await main(Deno.args);
Deno.exit(0);
