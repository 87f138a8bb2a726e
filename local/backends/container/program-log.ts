// The two logs of one container: what comes over its attached stream goes into the files that ../../logs.ts reads, each cut at its limit.
import { close, write } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { LogFile } from "#local/spawner/log-limit.mjs";

const writeTo = promisify(write);
const closeFile = promisify(close);
/** So much may come between two looks at a file's length. */
const LOOK_BYTES = 256 * 1024;
const HEADER_BYTES = 8;
const STDERR = 2;

class Stream {
  readonly #file: LogFile;
  #descriptor: number | undefined;
  #sinceLook = 0;
  bytes = 0;

  constructor(path: string) {
    this.#file = new LogFile(path);
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#descriptor ??= this.#file.open();
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await writeTo(this.#descriptor, bytes, at);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
    this.#sinceLook += bytes.length;
    if (this.#sinceLook < LOOK_BYTES) return;
    this.#sinceLook = 0;
    this.#file.look();
  }

  async close(): Promise<void> {
    if (this.#descriptor !== undefined) await closeFile(this.#descriptor);
  }
}

export class ProgramLog {
  readonly #stdout: Stream;
  readonly #stderr: Stream;

  constructor(folder: string) {
    this.#stdout = new Stream(join(folder, "stdout"));
    this.#stderr = new Stream(join(folder, "stderr"));
  }

  get written(): { readonly stdout: number; readonly stderr: number } {
    return { stdout: this.#stdout.bytes, stderr: this.#stderr.bytes };
  }

  /** A line of ours. */
  remark(text: string): Promise<void> {
    return this.#stderr.add(Buffer.from(`[zoe: ${text}]\n`));
  }

  /** Until the stream ends, which is when the program has. A program that writes faster than the disk waits. */
  async follow(stream: AsyncIterable<Buffer>): Promise<void> {
    for await (const { isError, bytes } of framesOf(stream))
      await (isError ? this.#stderr : this.#stdout).add(bytes);
  }

  async close(): Promise<void> {
    await this.#stdout.close();
    await this.#stderr.close();
  }
}

interface Frame {
  readonly isError: boolean;
  readonly bytes: Uint8Array;
}

/** Each has a header: one byte for the stream, three of nothing, four for the length. Bytes are handed on as they come. */
export async function* framesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let header = Buffer.alloc(0);
  let left = 0;
  let isError = false;
  for await (const chunk of stream) {
    for (let rest = chunk; rest.length > 0; ) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) continue;
        isError = header[0] === STDERR;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.subarray(0, left);
      rest = rest.subarray(bytes.length);
      left -= bytes.length;
      yield { isError, bytes };
    }
  }
}
