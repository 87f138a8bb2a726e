// What a failing database means: a full or broken disk is told to the caller, all else is a bug of ours. Crosses threads as plain data.
import { type ErrorCode, type Fault, VisibleError } from "#shared/fault.ts";

/** An error on its way from the writer's thread; without `code` it is no VisibleError. */
export interface Failure {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly faults?: readonly Fault[];
  readonly stack?: string;
}

const LATER = "Nothing was changed; mend that and try again";
const READ_ONLY = `The state can't be written: the disk or its folder is read-only. ${LATER}`;
const FULL = `The state can't be written: the disk is full. ${LATER}`;
const BROKEN = `The state can't be read or written: the disk answers with an error. ${LATER}`;

/** SQLite's primary result codes that speak of the disk and not of us. */
const SQLITE_SENTENCES: Readonly<Record<number, string>> = {
  5: `The state is locked by another program. ${LATER}`,
  8: READ_ONLY,
  10: BROKEN,
  11: "The state is damaged: restore it from a backup",
  13: FULL,
  14: `The state can't be opened: its folder is gone or may not be written. ${LATER}`,
  26: "The state is no database of Zoe: name another directory, or restore it from a backup",
};

const SYSTEM_SENTENCES: Readonly<Record<string, string>> = {
  EACCES: READ_ONLY,
  EROFS: READ_ONLY,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EIO: BROKEN,
};

export function failureOf(error: unknown): Failure {
  const sentence = diskSentence(error);
  if (sentence !== undefined) return { code: "unavailable", message: sentence };
  if (error instanceof VisibleError)
    return { code: error.code, message: error.message, faults: error.faults };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error) };
}

export function errorOf(failure: Failure): Error {
  if (failure.code) return new VisibleError(failure.code, failure.message, failure.faults);
  return new Error(`The writer failed: ${failure.message}`, { cause: failure.stack });
}

/** Whether the disk is to blame, and so everything else that was to be written with it. */
export function isDiskFailure(error: unknown): boolean {
  return diskSentence(error) !== undefined;
}

/** The error as the caller is told: in plain words where the disk is to blame. */
export function asTold(error: unknown): unknown {
  return isDiskFailure(error) ? errorOf(failureOf(error)) : error;
}

function diskSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const sentence =
    ("errcode" in error && SQLITE_SENTENCES[Number(error.errcode) & 0xff]) ||
    ("code" in error && SYSTEM_SENTENCES[String(error.code)]);
  return sentence
    ? `${sentence} (${error.message}). Nothing was changed; try again later.`
    : undefined;
}
