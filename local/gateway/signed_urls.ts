import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const Claims = z.object({ url: z.string(), exp: z.number() });
const HEADER = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");

/** Tokens that let anybody read one object for a while: JWTs, as Storage's are. */
export class SignedUrls {
  #key: string;
  #now: () => number;

  /** @param now milliseconds since 1970. */
  constructor(key: string, now: () => number = Date.now) {
    this.#key = key;
    this.#now = now;
  }

  /** @param path `<bucket>/<name>` @param lifetime seconds. */
  sign(path: string, lifetime: number): string {
    const iat = Math.floor(this.#now() / 1000);
    const claims = JSON.stringify({ url: path, iat, exp: iat + lifetime });
    const signed = `${HEADER}.${Buffer.from(claims).toString("base64url")}`;
    return `${signed}.${this.#signature(signed).toString("base64url")}`;
  }

  allows(path: string, token: string): boolean {
    const [header = "", claims = "", signature = ""] = token.split(".");
    const expected = this.#signature(`${header}.${claims}`);
    const shown = Buffer.from(signature, "base64url");
    if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return false;

    const { url, exp } = Claims.parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
    return url === path && exp > this.#now() / 1000;
  }

  #signature(signed: string): Buffer {
    return createHmac("sha256", this.#key).update(signed).digest();
  }
}
