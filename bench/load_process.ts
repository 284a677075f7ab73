import { connect, type Socket } from "node:net";
import process from "node:process";
import { z } from "zod";
import { quantile } from "./figures.ts";
import type { LoadRequest, LoadResult } from "./load.ts";
import { AnswerReader, toBytes } from "./load_bytes.ts";

/*
 * deno run -A bench/load_process.ts <origin> <file with requests> <connections>
 *
 * Prints one line of JSON, a LoadResult.
 *
 * It shares the machine with what it measures, so it does as little as can be: requests are bytes
 * beforehand, and of an answer only status and length are read. autocannon took 0.1 ms of CPU for
 * each request, a third of what the fastest peer here takes, and at 1,000 connections its own queue
 * made a p99 of a second beside a server that answers in microseconds; this takes half of that. Sockets
 * are node:net's: of a thousand of Deno.connect some are served after all others.
 */

const Requests = z.array(z.object({
  method: z.string().optional(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  times: z.number().optional(),
}));
const TIMEOUT_MS = 30_000;
/** So many connect at a time: a longer queue than a server listens with costs a second. */
const OPENING = 50;

async function main([origin = "", file = "", connections = "1"]: string[]): Promise<void> {
  const { hostname, port } = new URL(origin);
  const requests: LoadRequest[] = Requests.parse(JSON.parse(await Deno.readTextFile(file)));
  const bytes = requests.flatMap((request) => {
    const one = toBytes(request, `${hostname}:${port}`);
    return new Array<Uint8Array>(request.times ?? 1).fill(one);
  });
  const open = () => openSocket(hostname, Number(port));
  const sockets: Socket[] = [];
  for (let left = Math.min(Number(connections), bytes.length); left > 0; left -= OPENING) {
    sockets.push(...await Promise.all(Array.from({ length: Math.min(left, OPENING) }, open)));
  }

  let next = 0;
  let errors = 0;
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  /** One after the other, until none is left. */
  async function sendAll(first: Socket): Promise<void> {
    let socket: Socket | null = first;
    for (let one = bytes[next++]; one !== undefined; one = bytes[next++]) {
      try {
        socket ??= await open();
        const since = performance.now();
        const status = await exchange(socket, one);
        times.push(performance.now() - since);
        statuses[status] = (statuses[status] ?? 0) + 1;
      } catch {
        errors++;
        socket?.destroy();
        socket = null;
      }
    }
    socket?.destroy();
  }
  const before = process.cpuUsage();
  const since = performance.now();
  await Promise.all(sockets.map(sendAll));
  const seconds = (performance.now() - since) / 1000;
  const { user, system } = process.cpuUsage(before);

  const result: LoadResult = {
    sent: times.length,
    statuses,
    errors,
    seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    cpu: (user + system) / 1000 / bytes.length,
  };
  console.log(JSON.stringify(result));
}

function openSocket(host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
  // The one of an exchange hears it as well; without any it would end this process.
  socket.on("error", reject);
  return promise;
}

/** Sends one request and resolves with the status of its answer. */
function exchange(socket: Socket, bytes: Uint8Array): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new AnswerReader();
  function read(data: Uint8Array): void {
    try {
      const status = reader.push(data);
      if (status !== null) end(() => resolve(status));
    } catch (error) {
      end(() => reject(error));
    }
  }
  const fail = () => end(() => reject(new Error("the connection is gone")));
  function end(settle: () => void): void {
    socket.off("data", read).off("close", fail);
    settle();
  }
  socket.on("data", read).on("close", fail);
  socket.write(bytes);
  return promise;
}

await main(Deno.args);
Deno.exit(0);
