import type { Endpoint, Field } from "./endpoints.ts";

/** One complaint about an input, in the shape of fal's 422 answers. */
export type Detail = {
  loc: (string | number)[];
  msg: string;
  type: string;
  ctx?: Record<string, unknown>;
  input?: unknown;
};

/** The error with which a model answers, and which its webhook repeats. */
export class ModelError extends Error {
  override name = "ModelError";
  constructor(readonly status: number, readonly body: Record<string, unknown>) {
    super(`The model answered ${status}`);
  }
}

/** Every complaint about `input`; none when the endpoint takes it. */
export function validateInput(endpoint: Endpoint, input: Record<string, unknown>): Detail[] {
  const wrong = Object.entries(endpoint.fields).flatMap(([name, field]) => {
    const value = input[name];
    const loc = ["body", name];
    if (value !== undefined && value !== null) return checkValue(field, value, loc);
    return field.required ? [{ loc, msg: "Field required", type: "missing", input }] : [];
  });
  const extra = Object.keys(input).filter((name) => !Object.hasOwn(endpoint.fields, name));
  return [
    ...wrong,
    ...extra.map((name) => ({
      loc: ["body", name],
      msg: "Extra inputs are not permitted",
      type: "extra_forbidden",
      input: input[name],
    })),
  ];
}

function checkValue(field: Field, value: unknown, loc: (string | number)[]): Detail[] {
  if (field.is === "urls") {
    if (!Array.isArray(value)) {
      return [{ loc, msg: "Input should be a valid list", type: "list_type", input: value }];
    }
    if (value.length < field.atLeast) {
      const msg =
        `List should have at least ${field.atLeast} items after validation, not ${value.length}`;
      const ctx = { actual_length: value.length, field_type: "List", min_length: field.atLeast };
      return [{ loc, msg, type: "too_short", ctx, input: value }];
    }
    return value.flatMap((url, n) => checkValue({ is: "url", required: true }, url, [...loc, n]));
  }
  if (field.is === "choice") {
    if (typeof value === "string" && field.of.includes(value)) return [];
    const quoted = field.of.map((choice) => `'${choice}'`);
    const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
    const msg = `Input should be ${expected}`;
    return [{ loc, msg, type: "literal_error", ctx: { expected }, input: value }];
  }
  if (field.is === "any") return [];
  if (field.is === "number") {
    if (typeof value === "number") return [];
    return [{ loc, msg: "Input should be a valid number", type: "float_type", input: value }];
  }
  if (field.is === "flag") {
    if (typeof value === "boolean") return [];
    return [{ loc, msg: "Input should be a valid boolean", type: "bool_type", input: value }];
  }
  if (typeof value !== "string") {
    return [{ loc, msg: "Input should be a valid string", type: "string_type", input: value }];
  }
  if (field.is === "url" && !/^(https?|data):/.test(value)) {
    const msg = "Input should be a valid URL, relative URL without a base";
    return [{ loc, msg, type: "url_parsing", input: value }];
  }
  return [];
}
