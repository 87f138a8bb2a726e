// What the exit code says: scripts branch on it, so each is told apart and told in `zoe help exit-codes`.
import type { ProblemCode } from "#shared/api/problem.ts";
import type { Outcome } from "#shared/instance.ts";

export const EXIT = {
  succeeded: 0,
  failed: 1,
  invalid: 2,
  missing: 3,
  notAllowed: 4,
  conflict: 5,
  unavailable: 6,
  internal: 70,
  timedOut: 124,
  cancelled: 130,
  outOfMemory: 137,
} as const;

export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "succeeded, or done",
  1: "the execution failed, was interrupted or lost; or some of what was asked could not be done",
  2: "invalid: the command line, a description, a parameter or a task",
  3: "missing or unsupported: no such thing, or this engine can't run it",
  4: "not allowed: no token, a wrong one, or one with too few rights",
  5: "in conflict with the state things are in, or too large",
  6: "no server answers, or it can't answer now",
  70: "an error of Zoe itself",
  124: "the execution ran out of time",
  130: "the execution was cancelled; or Ctrl-C here, which leaves the execution running",
  137: "the execution ran out of memory",
};

export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case "succeeded":
      return EXIT.succeeded;
    case "failed":
    case "interrupted":
    case "lost":
      return EXIT.failed;
    case "rejected":
      return EXIT.missing;
    case "cancelled":
      return EXIT.cancelled;
    case "timedOut":
      return EXIT.timedOut;
    case "outOfMemory":
      return EXIT.outOfMemory;
  }
}

const REFUSALS: Readonly<Record<ProblemCode, number>> = {
  invalid: EXIT.invalid,
  unauthenticated: EXIT.notAllowed,
  forbidden: EXIT.notAllowed,
  notFound: EXIT.missing,
  methodNotAllowed: EXIT.missing,
  unsupported: EXIT.missing,
  conflict: EXIT.conflict,
  precondition: EXIT.conflict,
  mediaType: EXIT.invalid,
  headersTooLarge: EXIT.invalid,
  timeout: EXIT.unavailable,
  tooLarge: EXIT.conflict,
  tooMany: EXIT.unavailable,
  unavailable: EXIT.unavailable,
  internal: EXIT.internal,
};

export function exitCodeOfRefusal(code: ProblemCode): number {
  return REFUSALS[code];
}
