import { join } from "node:path";
import { PROJECT_ROOT } from "../../tools/project_root.ts";
import { findFreePort } from "../../local/free_port.ts";
import { type Peer, startPeer } from "./processes.ts";

/** Debian's own Python has Debian's packages, whichever other one stands first on the PATH. */
const PYTHON = "/usr/bin/python3";
export const PACKAGES = "python3-fastapi python3-uvicorn python3-uvloop python3-httptools " +
  "python3-redis redis-server";

/** FastAPI and Redis with a queue as ARQ makes it; null where its packages are not installed. */
export async function startFastApi(): Promise<Peer & { countJobs(): Promise<number> } | null> {
  const redis = await find("redis-server");
  const python = await succeeds(PYTHON, ["-c", "import fastapi, uvicorn, redis.asyncio"]);
  if (redis === null || !python) return null;

  await using started = new AsyncDisposableStack();
  const redisPort = findFreePort();
  started.use(
    await startPeer(redis, {
      args: ["--port", `${redisPort}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      port: redisPort,
    }),
  );
  const port = findFreePort();
  const peer = started.use(
    await startPeer(PYTHON, {
      args: ["-m", "uvicorn", "fastapi_app:app", "--app-dir", join(PROJECT_ROOT, "bench/peers")]
        .concat(["--host", "127.0.0.1", "--port", `${port}`, "--no-access-log"])
        .concat(["--log-level", "error"]),
      env: { REDIS_PORT: `${redisPort}`, PYTHONDONTWRITEBYTECODE: "1" },
      port,
    }),
  );
  const running = started.move();
  return {
    ...peer,
    countJobs: () => countQueue(redisPort),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function countQueue(port: number): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("ZCARD arq:queue\r\n"));
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  return Number(new TextDecoder().decode(answer.subarray(1, length)).trim());
}

async function find(program: string): Promise<string | null> {
  for (const folder of ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]) {
    const path = join(folder, program);
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  return null;
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args, stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch {
    return false;
  }
}
