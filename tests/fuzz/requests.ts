import fc from "fast-check";
import { bodies, type Known } from "./bodies.ts";
import { anyCall, documentedCall, type Path } from "./calls.ts";
import { FRAMINGS, type FuzzRequest, provesASecret, SIGNATURES } from "./fuzz_request.ts";

const ODD_HEADERS: [string, string][] = [
  ["content-type", "text/plain; charset=utf-16"],
  ["content-type", "multipart/form-data"],
  ["content-encoding", "gzip"],
  ["content-encoding", "br, deflate"],
  ["accept-encoding", "gzip, br"],
  ["idempotency-key", "a key"],
  ["idempotency-key", "x".repeat(3000)],
  ["idempotency-key", "\xff\xfe"],
  ["webhook-id", "msg_\xe9"],
  ["webhook-timestamp", "1e999"],
  ["webhook-timestamp", "-1"],
  ["webhook-signature", "v1,AAAA v1a,== , v1,"],
  ["x-fal-webhook-request-id", "\xff"],
  ["x-fal-webhook-timestamp", "99999999999999999999"],
  ["x-fal-webhook-signature", "zz"],
  ["x-forwarded-for", "1.2.3.4, ::1, \xff"],
  ["cf-connecting-ip", "198.51.100.7"],
  ["forwarded", "for=unknown"],
  ["origin", "https://evil.example"],
  ["origin", "null"],
  ["access-control-request-method", "POST"],
  ["range", "bytes=0-1"],
  ["if-none-match", "*"],
  ["x-http-method-override", "DELETE"],
  ["authorization", "Basic eDp5"],
  ["authorization", "Bearer a.b.c"],
  ["cookie", "a=b; ".repeat(200)],
  ["expect", "100-continue"],
  ["upgrade", "websocket"],
  ["connection", "upgrade, x-webhook-signature"],
  ["x-long", "x".repeat(70_000)],
  ["host", "other.example"],
];
/** Requests at all doors, signed or not. */
export function requests(
  { doors, paths, known, signed }: {
    doors: string[];
    paths: Path[];
    known: Known;
    signed: boolean;
  },
): fc.Arbitrary<FuzzRequest> {
  const signatures = SIGNATURES.filter((one) => provesASecret(one) === signed);
  return fc.constantFrom(...doors).chain((door) =>
    fc.oneof(
      { weight: 2, arbitrary: anyCall(door, { known, signed }) },
      { weight: 1, arbitrary: documentedCall(paths.filter((path) => path.door === door), known) },
    ).chain(({ method, suffix }) =>
      fc.record<FuzzRequest>({
        door: fc.constant(door),
        method: fc.constant(method),
        suffix: fc.constant(suffix),
        headers: fc.oneof(
          { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
          { weight: 2, arbitrary: fc.array(fc.constantFrom(...ODD_HEADERS), { maxLength: 4 }) },
          { weight: 1, arbitrary: fc.array(randomHeader, { maxLength: 3 }) },
        ),
        body: bodies(door, known),
        framing: fc.oneof(
          { weight: 8, arbitrary: fc.constant("length" as const) },
          { weight: 3, arbitrary: fc.constant("chunked" as const) },
          { weight: 2, arbitrary: fc.constantFrom(...FRAMINGS) },
        ),
        signature: fc.constantFrom(...signatures),
        via: fc.constantFrom("gateway" as const, "function" as const),
      })
    )
  );
}

const randomHeader: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((name) =>
    !/^(content-length|transfer-encoding|connection|host|expect|upgrade|te)$/.test(name)
  ),
  fc.string({ maxLength: 60, unit: "binary" }).map((text) =>
    Array.from(text, (letter) => String.fromCharCode(letter.charCodeAt(0) & 0xff)).join("")
      .replace(/[\0\r\n]/g, "")
  ),
);
