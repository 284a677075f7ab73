import assert from "node:assert/strict";
import { isStorableJson } from "../functions/_shared/storable.ts";
import { onDatabase } from "./given.ts";

const STORABLE = [
  "{}",
  ' {"a" : [1, -2.5e3, "x\\n", null, true] }\n',
  '{"a":"\\ud83c\\udfac","b":"\\\\u0000","c":"\\"\\\\"}',
  "1e308",
  "1E+300",
  "1e-400",
  "0.1e-16381",
  "1e-16383",
  "1.5e-16382",
  "0e16383",
  `0.${"0".repeat(16_382)}1`,
  `-1${"0".repeat(300)}.5`,
  '"1e99999"',
  "123456789012345678901234567890",
];
/** JSON to JSON.parse, which makes nothing special of most of it. */
const REFUSED = [
  '{"a":"\\u0000"}',
  '{"a":"\\u0000","a":"b"}',
  '{"\\u0000":1}',
  '{"__proto__":"\\udfff\\ud800"}',
  '{"a":{"b":"\\ud83c"},"a":1}',
  '"\\udfac\\ud83c"',
  '"\\ud83cx\\udfac"',
  '{"a":1e999999,"a":1}',
  "1e-16384",
  "1.5e-16383",
  "1e-99999",
  "0e99999999999999999999",
  `0.${"0".repeat(16_383)}1`,
];

Deno.test(
  "a text is said to be storable just when Postgres takes it as jsonb",
  onDatabase(async ({ sql }) => {
    for (const text of [...STORABLE, ...REFUSED]) {
      JSON.parse(text);
      const [row] = await sql`select pg_input_is_valid(${text}, 'jsonb') as is_taken`;
      const expected = STORABLE.includes(text);
      assert.deepEqual([isStorableJson(text), row?.is_taken], [expected, expected], text);
    }
    assert.equal(isStorableJson('{"a":1e309,"a":1}'), false, "more than a double holds");
  }),
);
