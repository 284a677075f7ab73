/*
 * The messages of Postgres's frontend/backend protocol 3.0 that one rpc call needs.
 * https://www.postgresql.org/docs/17/protocol-message-formats.html
 */

import { Buffer } from "node:buffer";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const PROTOCOL_3 = 196608;

export const EXECUTE = frame("E", text(""), int32(0));
export const SYNC = frame("S");
export const TERMINATE = frame("X");

/** The first message of a connection; `parameters` are user, database and settings. */
export function startup(parameters: Record<string, string>): Uint8Array<ArrayBuffer> {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [text(name), text(value)]);
  const body = Buffer.concat([int32(PROTOCOL_3), ...pairs, new Uint8Array(1)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export function parse(name: string, sql: string): Uint8Array<ArrayBuffer> {
  return frame("P", text(name), text(sql), int16(0));
}

/** Binds the unnamed portal; parameters and results are in text format. */
export function bind(name: string, parameters: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const values = parameters.flatMap((value) => [int32(value.length), value]);
  return frame("B", text(""), text(name), int16(0), int16(parameters.length), ...values, int16(0));
}

export function password(value: string): Uint8Array<ArrayBuffer> {
  return frame("p", text(value));
}

export function saslInitial(mechanism: string, answer: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(answer);
  return frame("p", text(mechanism), int32(bytes.length), bytes);
}

export function saslAnswer(answer: string): Uint8Array<ArrayBuffer> {
  return frame("p", encoder.encode(answer));
}

/** An ErrorResponse's fields by their one-letter type: C code, M message, D detail, H hint. */
export function readFields(body: Uint8Array): Map<string, string> {
  const parts = decoder.decode(body).split("\0").filter((part) => part !== "");
  return new Map(parts.map((part) => [part.charAt(0), part.slice(1)]));
}

/** The first column of a DataRow, copied: `body` lives in a buffer that is reused. */
export function readFirstColumn(body: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const length = int32At(body, 2);
  return length < 0 ? null : new Uint8Array(body.subarray(6, 6 + length));
}

export function int32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(at);
}

function frame(type: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 4;
  for (const part of parts) length += part.length;
  return Buffer.concat([encoder.encode(type), int32(length), ...parts]);
}

function text(value: string): Uint8Array {
  return encoder.encode(value + "\0");
}

function int16(value: number): Uint8Array {
  return new Uint8Array([value >> 8, value & 255]);
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value);
  return bytes;
}
