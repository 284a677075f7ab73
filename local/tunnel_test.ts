import { deepEqual, equal, match, throws } from "node:assert/strict";
import { readTunnel, startTunnel, tunnelCommand } from "./tunnel.ts";

const GIVEN = { NGROK_DOMAIN: "films.example.dev", NGROK_AUTH_TOKEN: "t0ken" };

Deno.test("providers call back through the tunnel's domain, which leads to the API port", () => {
  for (const NGROK_DOMAIN of ["films.example.dev", "https://films.example.dev/"]) {
    const tunnel = readTunnel({ ...GIVEN, NGROK_DOMAIN }, { port: 54321 });
    equal(tunnel?.baseUrl, "https://films.example.dev/functions/v1");
    deepEqual(tunnel?.command.slice(-1), ["127.0.0.1:54321"]);
  }
});

Deno.test("the token is neither in the arguments nor in what is printed", () => {
  const tunnel = readTunnel(GIVEN, { port: 54321 });

  equal(tunnel?.command.join(" ").includes("t0ken"), false);
  deepEqual(tunnel?.env, { NGROK_AUTHTOKEN: "t0ken" });
  equal(
    tunnel && tunnelCommand(tunnel),
    "NGROK_AUTHTOKEN=$NGROK_AUTH_TOKEN ngrok http --url=https://films.example.dev --log=stdout 127.0.0.1:54321",
  );
});

Deno.test("without domain or token there is no tunnel, and what is no domain is refused", () => {
  equal(readTunnel({ NGROK_DOMAIN: "films.example.dev" }, { port: 1 }), null);
  equal(readTunnel({ NGROK_AUTH_TOKEN: "t0ken" }, { port: 1 }), null);
  for (
    const NGROK_DOMAIN of ["films.example.dev; rm -rf ~", "-x.example", "http://a.b/c", "local"]
  ) {
    throws(
      () => readTunnel({ ...GIVEN, NGROK_DOMAIN }, { port: 1 }),
      /Cannot read NGROK_DOMAIN: .* is no domain/,
      NGROK_DOMAIN,
    );
  }
});

Deno.test("the tunnel is run with its token, what it says is logged, and it ends when told to", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reelay-tunnel-" });
  try {
    const program = `${folder}/ngrok`;
    const text = '#!/bin/sh\necho "token $NGROK_AUTHTOKEN for $*"\nexec sleep 60\n';
    await Deno.writeTextFile(program, text, { mode: 0o700 });
    const said = Promise.withResolvers<string>();

    const command = [program, "http", "127.0.0.1:1"];
    const tunnel = { baseUrl: "", command, env: { NGROK_AUTHTOKEN: "t0ken" } };
    const running = startTunnel(tunnel, { log: said.resolve });
    match(await said.promise, /ngrok: token t0ken for http 127\.0\.0\.1:1$/);

    await running.stop();
    await running.ended;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a program that is not there is said so", () => {
  const tunnel = { baseUrl: "", command: ["no-such-ngrok"], env: {} };

  throws(() => startTunnel(tunnel, { log: () => {} }), /no-such-ngrok is not on PATH/);
});
