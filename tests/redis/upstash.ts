import { z } from "zod";
import { readReply, type Reply, toCommand } from "./resp.ts";

export type Upstash = {
  url: string;
  token: string;
  /** Commands that came, in order. */
  commands: string[][];
  stop(): Promise<void>;
};

const Command = z.array(z.union([z.string(), z.number()])).transform((words) => words.map(String));
/** A flag of scripts that Upstash's Redis alone has. */
const UPSTASH_FLAG = /^(#!lua) flags=allow-key-locking$/m;
const Posted = z.union([Command.transform((one) => [one]), z.array(Command)]);

/**
 * A real Redis behind Upstash's REST API (https://upstash.com/docs/redis/features/restapi): a command
 * at /, several at /pipeline, strings in base64 where the caller asks for it. Null, said loudly, where
 * redis-server is not installed.
 */
export async function startUpstash(): Promise<Upstash | null> {
  const folder = await Deno.makeTempDir({ prefix: "reelay-redis-" });
  const socket = `${folder}/redis.sock`;
  const redis = startRedis(socket);
  if (redis === null || !await isThere(socket, redis)) {
    await Deno.remove(folder, { recursive: true });
    console.warn("\n!!! SKIPPED: limits in a real Redis: there is no redis-server\n");
    return null;
  }

  const token = crypto.randomUUID();
  const commands: string[][] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      return Response.json({ error: "WRONGPASS invalid or missing auth token" }, { status: 401 });
    }
    const posted = Posted.parse(await request.json());
    commands.push(...posted);
    const inBase64 = request.headers.get("upstash-encoding") === "base64";
    const known = posted.map((words) => words.map((word) => word.replace(UPSTASH_FLAG, "$1")));
    const replies = await ask(socket, known);
    const answers = replies.map((reply) => toAnswer(reply, inBase64));
    if (new URL(request.url).pathname === "/pipeline") return Response.json(answers);
    return Response.json(answers[0], { status: "error" in (answers[0] ?? {}) ? 400 : 200 });
  });

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    token,
    commands,
    async stop() {
      await server.shutdown();
      redis.kill("SIGTERM");
      await redis.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function startRedis(socket: string): Deno.ChildProcess | null {
  try {
    return new Deno.Command("redis-server", {
      args: ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch {
    return null;
  }
}

/** Waits until it listens; false where it has ended instead. */
async function isThere(path: string, redis: Deno.ChildProcess): Promise<boolean> {
  let isOver = false;
  redis.status.then(() => isOver = true);
  while (!isOver) {
    try {
      (await Deno.connect({ transport: "unix", path })).close();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return false;
}

async function ask(path: string, commands: string[][]): Promise<Reply[]> {
  using connection = await Deno.connect({ transport: "unix", path });
  const request = commands.map(toCommand).join("");
  await new Response(request).body?.pipeTo(connection.writable, { preventClose: true });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of connection.readable) {
    text += decoder.decode(chunk, { stream: true });
    const replies: Reply[] = [];
    for (let rest: string | null = text; rest !== null && replies.length < commands.length;) {
      const read = readReply(rest);
      if (read === null) break;
      replies.push(read.reply);
      rest = read.rest;
    }
    if (replies.length === commands.length) return replies;
  }
  throw new Error("Redis has hung up");
}

function toAnswer(reply: Reply, inBase64: boolean): { result: unknown } | { error: string } {
  return reply instanceof Error
    ? { error: reply.message }
    : { result: inBase64 ? toBase64(reply) : reply };
}

function toBase64(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(toBase64);
  return typeof reply === "string" ? btoa(reply) : reply;
}
