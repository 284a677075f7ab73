import { deepEqual, equal } from "node:assert/strict";
import { parseSchedule } from "./cron_schedule.ts";

/** The moments among `candidates` at which the schedule fires. */
function firing(schedule: string, candidates: string[]): string[] {
  const parsed = parseSchedule(schedule);
  if (parsed === null || !("matches" in parsed)) throw new Error(`Not of the minute: ${schedule}`);
  return candidates.filter((at) => parsed.matches(new Date(`${at}Z`)));
}

Deno.test("a schedule of seconds takes 1 to 59 of them", () => {
  deepEqual(parseSchedule("1 second"), { every_seconds: 1 });
  deepEqual(parseSchedule(" 59 seconds "), { every_seconds: 59 });
  equal(parseSchedule("0 seconds"), null);
  equal(parseSchedule("60 seconds"), null);
});

Deno.test("what is no schedule is refused", () => {
  for (const text of ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "5-2 * * * *"]) {
    equal(parseSchedule(text), null, text);
  }
  for (const text of ["*/0 * * * *", "* * * foo *", "* * * * 8", "* * * * * *", "1,,2 * * * *"]) {
    equal(parseSchedule(text), null, text);
  }
});

Deno.test("a field takes values, ranges, steps and lists", () => {
  const minutes = ["2026-01-01T00:00", "2026-01-01T00:05", "2026-01-01T00:07", "2026-01-01T00:30"];

  deepEqual(firing("*/5 * * * *", minutes), [minutes[0], minutes[1], minutes[3]]);
  deepEqual(firing("5-7 * * * *", minutes), [minutes[1], minutes[2]]);
  deepEqual(firing("0,30 * * * *", minutes), [minutes[0], minutes[3]]);
  deepEqual(firing("5-30/25 * * * *", minutes), [minutes[1], minutes[3]]);
});

Deno.test("months and weekdays have names, and Sunday is 0 and 7", () => {
  // 2026-11-22 is a Sunday.
  const days = ["2026-11-22T12:00", "2026-11-23T12:00", "2026-12-20T12:00"];

  deepEqual(firing("0 12 * nov *", days), [days[0], days[1]]);
  deepEqual(firing("0 12 * * sun", days), [days[0], days[2]]);
  deepEqual(firing("0 12 * * 7", days), [days[0], days[2]]);
});

Deno.test("with both kinds of days restricted, either of them is enough", () => {
  const days = ["2026-11-22T12:00", "2026-11-23T12:00", "2026-11-24T12:00"];

  deepEqual(firing("0 12 24 * sun", days), [days[0], days[2]]);
  deepEqual(firing("0 12 22 * *", days), [days[0]]);
});

Deno.test("$ is the month's last day", () => {
  const days = ["2026-02-27T00:00", "2026-02-28T00:00", "2028-02-28T00:00", "2028-02-29T00:00"];

  deepEqual(firing("0 0 $ * *", days), [days[1], days[3]]);
});

Deno.test("@hourly fires at the full hour", () => {
  deepEqual(firing("@hourly", ["2026-01-01T03:00", "2026-01-01T03:01"]), ["2026-01-01T03:00"]);
});
