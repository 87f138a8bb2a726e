// Logs on this machine: a program writes into files of its own folder; at its end those that hold something come here. A log too long was
// cut by spawner/log-limit.mjs: `path` holds its beginning and its newest part, `path.tail` the part before, `path.cut` says what lies where.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  LOG_LIMITS,
  LOG_STREAMS,
  type LogPart,
  type LogRange,
  type LogStream,
  type Logs,
} from "#functions/logs.ts";
import { type InstanceId, instanceName } from "#shared/instance.ts";

/** How often a log that is followed is looked at. */
const FOLLOW_MS = 100;
const CUT_PAUSE_MS = 2;
const PARTS = ["", ".tail", ".cut"] as const;

/** Lies beside a log that was cut. `busy` while it is being cut. */
type Cut =
  | { readonly busy: true }
  | {
      readonly busy?: never;
      readonly head: number;
      readonly tailAt: number;
      readonly tailEnd: number;
    };

export class LocalLogs implements Logs {
  readonly #folder: string;
  readonly #running = new Map<string, string>();
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** From now on this instance's logs are files of that folder. */
  follow(instance: InstanceId, folder: string): void {
    this.#running.set(keyOf(instance), folder);
  }

  /** Its program has ended: what it wrote is kept; `written` says where there is anything. */
  async keep(
    instance: InstanceId,
    folder: string,
    written: Readonly<Record<LogStream, number>>,
  ): Promise<void> {
    const streams = LOG_STREAMS.filter((stream) => written[stream] > 0);
    if (streams.length > 0) await this.#makeFolder(instance.executionId);
    for (const stream of streams)
      for (const part of PARTS)
        await renameIfThere(join(folder, stream + part), this.#kept(instance, stream) + part);
    this.#running.delete(keyOf(instance));
  }

  async read(instance: InstanceId, stream: LogStream, range: LogRange): Promise<LogPart> {
    const deadline =
      performance.now() + Math.min(range.waitSeconds ?? 0, LOG_LIMITS.waitSeconds) * 1000;
    for (;;) {
      const folder = this.#running.get(keyOf(instance));
      const path = folder ? join(folder, stream) : this.#kept(instance, stream);
      const part = await readPart({ path, grows: folder !== undefined }, range);
      // It was moved while it was read: once more, from where it lies now.
      if (this.#running.get(keyOf(instance)) !== folder) continue;
      if (part.text !== "" || !folder) return { ...part, done: !folder && part.done };
      if (performance.now() >= deadline) return { ...part, done: false };
      await pause(FOLLOW_MS);
    }
  }

  async forget(executionId: string): Promise<void> {
    this.#made.delete(executionId);
    await rm(join(this.#folder, executionId), { recursive: true, force: true });
  }

  async #makeFolder(executionId: string): Promise<void> {
    if (this.#made.has(executionId)) return;
    await mkdir(join(this.#folder, executionId), { recursive: true });
    this.#made.add(executionId);
  }

  #kept(instance: InstanceId, stream: LogStream): string {
    return join(this.#folder, instance.executionId, `${instanceName(instance)}.${stream}`);
  }
}

function keyOf(instance: InstanceId): string {
  return `${instance.executionId}/${instanceName(instance)}`;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** `grows`: the program may still write the other half of a last character. */
interface Source {
  readonly path: string;
  readonly grows: boolean;
}

async function readPart(source: Source, range: LogRange): Promise<LogPart> {
  for (;;) {
    const before = await cutOf(source.path);
    if (before?.busy) await pause(CUT_PAUSE_MS);
    else {
      const part = await readBetween(source, before, range);
      const after = await cutOf(source.path);
      if (JSON.stringify(after) === JSON.stringify(before)) return part;
    }
  }
}

async function cutOf(path: string): Promise<Cut | undefined> {
  const text = await readFile(`${path}.cut`, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Cut);
}

async function readBetween(
  source: Source,
  cut: Exclude<Cut, { busy: true }> | undefined,
  { offset, limitBytes }: LogRange,
): Promise<LogPart> {
  const most = Math.min(limitBytes, LOG_LIMITS.readBytes);
  if (!cut) return textAt(source, offset, most, offset);
  if (offset < cut.head) {
    const head = await textAt(source, offset, Math.min(most, cut.head - offset), offset);
    return { ...head, done: false };
  }
  if (offset < cut.tailAt) {
    const bytes = cut.tailAt - offset;
    const text = `\n[${bytes} bytes of this log were left out here: it is longer than its limit]\n`;
    return { text, next: cut.tailAt, done: false };
  }
  if (offset >= cut.tailEnd) return textAt(source, cut.head + offset - cut.tailEnd, most, offset);
  const path = `${source.path}.tail`;
  const length = Math.min(most, cut.tailEnd - offset);
  return {
    ...(await textAt({ path, grows: false }, offset - cut.tailAt, length, offset)),
    done: false,
  };
}

/** Text of the file from `position` on, which is `offset` in the whole stream. */
async function textAt(
  { path, grows }: Source,
  position: number,
  length: number,
  offset: number,
): Promise<LogPart> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return { text: "", next: offset, done: true };
  try {
    const { size } = await file.stat();
    const room = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
    const { bytesRead } = await file.read(room, 0, room.length, position);
    const atEnd = position + bytesRead >= size;
    const whole = atEnd && !grows ? bytesRead : wholeCharacters(room.subarray(0, bytesRead), atEnd);
    return { text: room.toString("utf8", 0, whole), next: offset + whole, done: atEnd };
  } finally {
    await file.close();
  }
}

/** Bytes without a last character that is only half there; when there is nothing else, `mayWait` says whether its rest can come. */
function wholeCharacters(bytes: Buffer, mayWait: boolean): number {
  const start = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  const first = bytes[start] ?? 0;
  const whole = start < 0 || bytes.length - start >= lengthOf(first);
  if (whole) return bytes.length;
  return start === 0 && !mayWait ? bytes.length : start;
}

/** Of the UTF-8 character that begins with this byte. */
function lengthOf(byte: number): number {
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}
