import { readJson } from "../../supabase/functions/_shared/json.ts";
import type { Statement } from "./postgres_connection.ts";
import { SqlError } from "./postgres_errors.ts";
import type { RunBatch } from "./postgres_pool.ts";
import { answerError, answerFailure } from "./rpc_errors.ts";
import { buildCall, findRoutines } from "./rpc_routine.ts";
import type { Role } from "./api_keys.ts";

type Call = { sql: string; name: string; isVoid: boolean };

/** The functions that changed since their SQL was built: gone, other types, ambiguous. */
const OUTDATED = new Set(["42883", "42725"]);
const SET_ROLE = "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * PostgREST's `POST /rpc/<function>` with named arguments in JSON, for functions of schema public.
 * One round trip and one transaction a call.
 */
export class RpcDoor {
  #run: RunBatch;
  /** By function name and argument names. */
  #calls = new Map<string, Call>();
  #named = 0;

  constructor(run: RunBatch) {
    this.#run = run;
  }

  async answer(request: Request, name: string, role: Role): Promise<Response> {
    if (request.method !== "POST") {
      return answerError(405, {
        code: "PGRST101",
        message: `Cannot use the ${request.method} method on RPC`,
      });
    }
    const profile = request.headers.get("content-profile");
    if (profile !== null && profile !== "public") {
      return answerError(406, {
        code: "PGRST106",
        message: `Invalid schema: ${profile}`,
        hint: "Only the following schemas are exposed: public",
      });
    }
    const body = await request.bytes();
    const given = readKeys(body);
    if (!given) return answerError(400, { code: "PGRST102", message: "Empty or invalid json" });

    try {
      return await this.#call(name, given, body.length === 0 ? encoder.encode("{}") : body, role);
    } catch (error) {
      return answerFailure(error, { isAnonymous: role === "anon" });
    }
  }

  async #call(name: string, given: string[], body: Uint8Array, role: Role): Promise<Response> {
    const key = JSON.stringify([name, ...given.toSorted()]);
    const known = this.#calls.get(key);
    if (known) {
      try {
        return await this.#execute(known, body, role);
      } catch (error) {
        if (!(error instanceof SqlError) || !OUTDATED.has(error.code)) throw error;
        this.#calls.delete(key);
        const fresh = await this.#prepare(name, given);
        // What failed is inside the function, and would fail again.
        if (!(fresh instanceof Response) && fresh.sql === known.sql) throw error;
      }
    }
    const call = await this.#prepare(name, given);
    if (call instanceof Response) return call;
    this.#calls.set(key, call);
    return await this.#execute(call, body, role);
  }

  async #prepare(name: string, given: string[]): Promise<Call | Response> {
    const routines = await findRoutines(this.#run, name, given);
    const [routine] = routines;
    if (!routine) return answerUnknown(name, given);
    if (routines.length > 1) {
      return answerError(300, {
        code: "PGRST203",
        message: `Could not choose the best candidate function between: ${
          routines.map(({ inputs }) =>
            `public.${name}(${inputs.map((input) => `${input.name} => ${input.type}`).join(", ")})`
          ).join(", ")
        }`,
        hint: "Try renaming the parameters or the function itself in the database so function " +
          "overloading can be resolved",
      });
    }
    return {
      sql: buildCall(name, routine, given),
      name: `call_${this.#named++}`,
      isVoid: routine.is_void,
    };
  }

  async #execute({ sql, name, isVoid }: Call, body: Uint8Array, role: Role): Promise<Response> {
    const call: Statement = { name, sql, values: [body] };
    const answer = await this.#run([BECOME[role], call]);
    if (isVoid) return new Response(null, { status: 204 });
    return new Response(answer, { headers: JSON_HEADERS });
  }
}

const JSON_HEADERS: HeadersInit = [["content-type", "application/json; charset=utf-8"]];

const BECOME: Record<Role, Statement> = {
  anon: become("anon"),
  service_role: become("service_role"),
};

function become(role: Role): Statement {
  const values = [role, JSON.stringify({ role })].map((value) => encoder.encode(value));
  return { name: "become", sql: SET_ROLE, values };
}

/** The names of the arguments; null when the body is no JSON object. An empty body has none. */
function readKeys(body: Uint8Array): string[] | null {
  if (body.length === 0) return [];
  const args = readJson(decoder.decode(body));
  return typeof args === "object" && args !== null && !Array.isArray(args)
    ? Object.keys(args)
    : null;
}

function answerUnknown(name: string, given: string[]): Response {
  const shown = given.length > 0 ? `(${given.join(", ")})` : " without parameters";
  const searched = given.length > 0
    ? ` with parameter${given.length > 1 ? "s" : ""} ${given.join(", ")}` +
      " or with a single unnamed json/jsonb parameter"
    : " without parameters";
  return answerError(404, {
    code: "PGRST202",
    message: `Could not find the function public.${name}${shown} in the schema cache`,
    details: `Searched for the function public.${name}${searched}, ` +
      "but no matches were found in the schema cache.",
  });
}
