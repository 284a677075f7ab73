import assert from "node:assert/strict";
import * as z from "zod";
import { connectDatabase, DatabaseError } from "./database.ts";
import { withRawServer } from "./testing/loopback.ts";

const URL = "https://project.example.com";

function answering(answer: () => Response) {
  const requests: Request[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    requests.push(new Request(input, init));
    return Promise.resolve().then(answer);
  };
  return { requests, db: connectDatabase(URL, "sb_secret_1", { fetch }) };
}

async function failureOf(answer: () => Response): Promise<DatabaseError> {
  const error = await answering(answer).db.call("read_it", {}, z.string()).catch((error) => error);
  assert.ok(error instanceof DatabaseError, String(error));
  return error;
}

Deno.test("a call posts its named arguments with the secret key, and checks the answer", async () => {
  const { db, requests } = answering(() => Response.json({ n: 1 }));

  assert.deepEqual(await db.call("read_it", { p_id: "a" }, z.object({ n: z.number() })), { n: 1 });
  await assert.rejects(db.call("read_it", {}, z.string()), { name: "ZodError" });

  const [request] = requests;
  assert.equal(request?.method, "POST");
  assert.equal(request?.url, `${URL}/rest/v1/rpc/read_it`);
  assert.equal(request?.headers.get("apikey"), "sb_secret_1");
  assert.equal(request?.headers.get("authorization"), "Bearer sb_secret_1");
  assert.deepEqual(await request?.json(), { p_id: "a" });
});

Deno.test("what a function raises keeps its code and its words", async () => {
  const body = { code: "RL404", message: "Cannot read it: no such thing", details: null };
  const error = await failureOf(() => Response.json(body, { status: 400 }));

  assert.equal(error.code, "RL404");
  assert.equal(error.raised, "Cannot read it: no such thing");
  assert.equal(error.message, "Cannot call read_it: Cannot read it: no such thing");
  assert.equal(error.away, false);
});

Deno.test("a database that nobody reaches, that has no connection to spare or takes nothing is away", async () => {
  const answers: [() => Response, boolean][] = [
    [() => {
      throw new TypeError("connection refused");
    }, true],
    [() => new Response("<html>", { status: 503 }), true],
    [() => new Response("", { status: 504 }), true],
    ...[502, 520, 521, 522, 523, 524].map((status): [() => Response, boolean] => [
      () => new Response("<html>", { status }),
      true,
    ]),
    [() => Response.json({ code: "PGRST003", message: "Timed out" }, { status: 500 }), true],
    [() => Response.json({ code: "PGRST202", message: "Not there" }, { status: 404 }), true],
    [() => Response.json({ code: "57P01", message: "Shutting down" }, { status: 500 }), true],
    [() => Response.json({ code: "25006", message: "Read-only" }, { status: 405 }), true],
    [() => Response.json({ code: "42703", message: "No column" }, { status: 400 }), false],
    [() => new Response("<html>", { status: 500 }), false],
  ];

  for (const [answer, away] of answers) assert.equal((await failureOf(answer)).away, away);
});

Deno.test("a call that was undone for somebody else's sake is made once more", async () => {
  const undone = [
    { code: "42883", message: "function private.helper(text) does not exist", status: 404 },
    { code: "40P01", message: "deadlock detected", status: 500 },
  ];
  for (const { status, ...reason } of undone) {
    const answers = [Response.json(reason, { status }), Response.json("made")];
    const { db, requests } = answering(() => answers.shift() ?? Response.error());

    assert.equal(await db.call("make_it", { p_id: "a" }, z.string()), "made");
    const bodies = await Promise.all(requests.map((one) => one.json()));
    assert.deepEqual(bodies, [{ p_id: "a" }, { p_id: "a" }]);

    const error = await failureOf(() => Response.json(reason, { status }));
    assert.deepEqual([error.code, error.away], [reason.code, false], "once, not for ever");
  }
});

Deno.test("a function without a result answers null", async () => {
  const { db } = answering(() => new Response(null, { status: 204 }));

  assert.equal(await db.call("do_it", {}, z.null()), null);
});

Deno.test("an answer that does not come, or breaks off, ends as a database that is away", async () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"n":';
  for (const answer of [null, half]) {
    await withRawServer(answer, async ({ url, seen }) => {
      const db = connectDatabase(url, "sb_secret_1", { fetch, timeoutMs: 300 });

      await assert.rejects(db.call("do_it", {}, z.null()), {
        name: "DatabaseError",
        message: "Cannot call do_it: No end after 300 ms",
        away: true,
      });
      // It may not have got there in time.
      assert(seen.length <= 1, "it is not sent again");
    }, { holdOpen: true });
  }
});
