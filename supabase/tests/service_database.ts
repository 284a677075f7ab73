import postgres, { type Sql } from "postgres";
import { z, type ZodType } from "zod";
import { type Database, DatabaseError } from "../functions/_shared/database.ts";

const Arguments = z.record(z.string(), z.json());

/** The doors' and the runner's way to Postgres, by SQL instead of HTTP: same calls, same errors. */
export function serviceDatabase(sql: Sql): Database {
  return {
    async call<T>(name: string, args: Record<string, unknown>, answer: ZodType<T>): Promise<T> {
      // Through JSON, as PostgREST gets it: what is undefined is not sent.
      const sent = Arguments.parse(JSON.parse(JSON.stringify(args)));
      const list = Object.keys(sent).map((key, index) => `${key} => $${index + 1}`).join(", ");
      try {
        const [row] = await sql.unsafe(
          `select public.${name}(${list}) as answer`,
          Object.values(sent),
        );
        return answer.parse(row?.answer);
      } catch (error) {
        if (!(error instanceof postgres.PostgresError)) throw error;
        throw new DatabaseError(`Cannot call ${name}: ${error.message}`, error.code, false);
      }
    },
  };
}
