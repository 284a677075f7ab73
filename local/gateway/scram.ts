import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** One SCRAM-SHA-256 login (RFC 5802, RFC 7677), without channel binding. */
export class Scram {
  readonly #clientFirst = `n=,r=${randomBytes(18).toString("base64")}`;
  #serverSignature = Buffer.alloc(0);

  /** The client's first message. Postgres knows the user from the startup message. */
  first(): string {
    return `n,,${this.#clientFirst}`;
  }

  /** The proof, in answer to the server's first message. */
  answer(serverFirst: string, password: string): string {
    const { r: nonce = "", s: salt = "", i: iterations = "" } = readAttributes(serverFirst);
    const salted = pbkdf2Sync(
      password,
      Buffer.from(salt, "base64"),
      Number(iterations),
      32,
      "sha256",
    );
    const clientKey = hmac(salted, "Client Key");
    const withoutProof = `c=biws,r=${nonce}`;
    const signed = `${this.#clientFirst},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash("sha256").update(clientKey).digest(), signed);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    this.#serverSignature = hmac(hmac(salted, "Server Key"), signed);
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`;
  }

  /** @throws when the server does not know the password either. */
  verify(serverFinal: string): void {
    const signature = Buffer.from(readAttributes(serverFinal).v ?? "", "base64");
    const expected = this.#serverSignature;
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new Error("Cannot log in to Postgres: the server's signature does not match");
    }
  }
}

function hmac(key: Buffer, data: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHmac("sha256", key).update(data).digest());
}

function readAttributes(message: string): Record<string, string> {
  return Object.fromEntries(message.split(",").map((part) => [part.charAt(0), part.slice(2)]));
}
