// The logs port: what programs wrote to standard output and standard error, kept per instance, read while it is written.
import type { InstanceId } from "#shared/instance.ts";

export const LOG_STREAMS = ["stdout", "stderr"] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/** Bytes from `offset` on, at most `limitBytes`; waits at most `waitSeconds` for something to come while the program runs. */
export interface LogRange {
  readonly offset: number;
  readonly limitBytes: number;
  readonly waitSeconds?: number;
}

export interface LogPart {
  /** Never ends in the middle of a character. */
  readonly text: string;
  /** The offset to go on from: bytes of the whole stream, those included that were left out of a log longer than its limit. */
  readonly next: number;
  /** The program runs no longer (or not yet), and this is all that it wrote. */
  readonly done: boolean;
}

export interface Logs {
  /** Empty and done where nothing was written. */
  read(instance: InstanceId, stream: LogStream, range: LogRange): Promise<LogPart>;
  /** The logs of an execution that is forgotten. */
  forget(executionId: string): Promise<void>;
}

export const LOG_LIMITS = { readBytes: 1024 * 1024, waitSeconds: 20 } as const;
