// Records as tasks: each with an id of its own, cut into chunks as large as one put may be.
import { createHash } from "node:crypto";
import { VisibleError } from "#shared/fault.ts";
import type { InputRecord } from "./records.ts";

/** What one put takes: 10,000 tasks and 6 MB; a payload 64 KiB. A little less than the most, for what frames it. */
export const PUT_LIMITS = {
  tasks: 10_000,
  bytes: 5_000_000,
  payloadBytes: 64 * 1024,
  idCharacters: 128,
} as const;

/** Tasks as JSON lines, as `POST .../tasks` takes them. */
export interface Chunk {
  readonly lines: string;
  readonly tasks: number;
}

/**
 * A record's own `id` names its task; without one, its content does. So the same input sent again puts nothing twice.
 * A record that comes a second time is a task of its own: `id#2`.
 */
export async function* chunksOf(records: AsyncIterable<InputRecord>): AsyncGenerator<Chunk> {
  const seen = new Map<string, number>();
  let lines: string[] = [];
  let size = 0;
  const cut = (): Chunk => {
    const chunk = { lines: lines.join(""), tasks: lines.length };
    lines = [];
    size = 0;
    return chunk;
  };
  for await (const record of records) {
    const payload = payloadOf(record);
    const line = `{"id":${JSON.stringify(idOf(record.value, payload, seen))},"payload":${payload}}\n`;
    const bytes = Buffer.byteLength(line);
    if (lines.length === PUT_LIMITS.tasks || size + bytes > PUT_LIMITS.bytes) yield cut();
    lines.push(line);
    size += bytes;
  }
  if (lines.length > 0) yield cut();
}

function payloadOf({ value, line }: InputRecord): string {
  const payload = JSON.stringify(value);
  const bytes = Buffer.byteLength(payload);
  if (bytes <= PUT_LIMITS.payloadBytes) return payload;
  const detail = `The record of line ${line} has ${bytes} bytes as JSON; a task holds at most ${PUT_LIMITS.payloadBytes}. Put large data into a file, and its place into the record.`;
  throw new VisibleError("tooLarge", detail, [{ pointer: "", detail, line }]);
}

function idOf(value: unknown, payload: string, seen: Map<string, number>): string {
  const base = ownId(value) ?? createHash("sha256").update(payload).digest("hex").slice(0, 16);
  const times = (seen.get(base) ?? 0) + 1;
  seen.set(base, times);
  return times === 1 ? base : `${base}#${times}`;
}

function ownId(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("id" in value)) return undefined;
  const { id } = value;
  const text = typeof id === "number" ? String(id) : id;
  if (typeof text !== "string") return undefined;
  const fits = /^\P{Cc}+$/u.test(text) && text.length <= PUT_LIMITS.idCharacters - 8;
  return fits ? text : undefined;
}
