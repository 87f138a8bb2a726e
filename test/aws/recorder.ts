// The record of every call that reached the double: what the proof of rights and outside validators read.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface RecordedCall {
  /** Unix milliseconds on the double's clock. */
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly principal: string;
  readonly input: object;
  readonly output?: object;
  readonly error?: { readonly code: string; readonly message: string };
  /** What bad luck was thrown in. */
  readonly fault?: string;
}

export type Recorder = (call: RecordedCall) => void;

/** One JSON file a call, named by order, service and operation: bytes as base64, times as ISO 8601. */
export function recordInto(folder: string): Recorder {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  return (call) => {
    const name = `${String(++count).padStart(6, "0")}-${call.service}-${call.operation}.json`;
    writeFileSync(join(folder, name), `${asJson(call)}\n`);
  };
}

export function asJson(call: RecordedCall): string {
  return JSON.stringify(call, plain, 2);
}

function plain(_key: string, value: unknown): unknown {
  // Buffers have answered toJSON() by now.
  if (isBuffer(value)) return Buffer.from(value.data).toString("base64");
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

function isBuffer(value: unknown): value is { readonly data: number[] } {
  const buffer = value as { type?: unknown; data?: unknown } | null;
  return typeof buffer === "object" && buffer?.type === "Buffer" && Array.isArray(buffer.data);
}
