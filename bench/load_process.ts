import { z } from "zod";
import { quantile } from "./figures.ts";
import type { LoadRequest, LoadResult } from "./load.ts";

/*
 * deno run -A bench/load_process.ts <origin> <file with requests> <connections>
 *
 * Prints one line of JSON, a LoadResult. It shares the machine with those that it measures, and so
 * writes bytes that were made beforehand and reads no more of an answer than its status and its end.
 */

const Requests = z.array(
  z.object({ path: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
);
const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER = 65_536;

type Target = { hostname: string; port: number };
type Tally = { statuses: Record<string, number>; errors: number; times: number[] };

async function main([origin = "", file = "", connections = "1"]: string[]): Promise<void> {
  const { hostname, port, host } = new URL(origin);
  const requests = Requests.parse(JSON.parse(await Deno.readTextFile(file)));
  const queue = requests.map((request) => encode(request, host)).values();
  const tally: Tally = { statuses: {}, errors: 0, times: [] };

  const since = performance.now();
  await Promise.all(
    Array.from({ length: Math.min(Number(connections), requests.length) }, async () => {
      // Whoever is hung up on takes up the next request with a connection of its own.
      for (let goesOn = true; goesOn;) {
        goesOn = await send({ hostname, port: Number(port) }, queue, tally);
      }
    }),
  );
  const { statuses, errors, times } = tally;
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

function encode({ path, headers, body }: LoadRequest, host: string): Uint8Array {
  const length = new TextEncoder().encode(body).length;
  const fields = { host, ...headers, "content-length": `${length}` };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** Sends what is left of the queue over one connection; false when nothing is. */
async function send(to: Target, queue: Iterator<Uint8Array>, tally: Tally): Promise<boolean> {
  const next = queue.next();
  if (next.done) return false;
  let sentAt = performance.now();
  let connection: Deno.TcpConn | null = null;
  const watch = setInterval(() => {
    if (performance.now() - sentAt > TIMEOUT_MS) connection?.close();
  }, 1000);
  try {
    connection = await Deno.connect(to);
    const buffer = new Uint8Array(LARGEST_ANSWER);
    for (let request = next.value; request !== undefined; request = queue.next().value) {
      sentAt = performance.now();
      for (let at = 0; at < request.length;) at += await connection.write(request.subarray(at));
      const status = await readStatus(connection, buffer);
      tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
      tally.times.push(performance.now() - sentAt);
    }
    connection.close();
    return false;
  } catch {
    tally.errors++;
    return true;
  } finally {
    clearInterval(watch);
  }
}

const text = new TextDecoder();

/** Reads an answer to its end, which its length tells. */
async function readStatus(connection: Deno.TcpConn, buffer: Uint8Array): Promise<string> {
  for (let length = 0;;) {
    const count = await connection.read(buffer.subarray(length));
    if (!count) throw new Error("Cannot read answer: it broke off");
    length += count;
    const answer = text.decode(buffer.subarray(0, length));
    const head = answer.indexOf("\r\n\r\n");
    if (head === -1) continue;
    const size = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
    if (size === undefined) throw new Error("Cannot read answer: it has no length");
    if (length >= head + 4 + Number(size)) return answer.slice(9, 12);
  }
}

await main(Deno.args);
Deno.exit(0);
