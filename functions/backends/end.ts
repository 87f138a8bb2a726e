// How an instance ended, from the exit codes of its three containers and what AWS says about them. Pure; ECS and Batch tell the same.
import { INCOMPLETE } from "#functions/gang-program.ts";
import { type ContainerName, EXIT } from "#shared/container-group.ts";
import type { Outcome, Usage } from "#shared/instance.ts";
import { readStopText } from "./stop-reason.ts";

export interface GroupEnd {
  readonly exits: Readonly<Partial<Record<ContainerName, ContainerExit>>>;
  /** ECS's stopped reason, Batch's status reason. */
  readonly reason: string;
  readonly isReclaimed: boolean;
}

export interface ContainerExit {
  /** None: it never started. */
  readonly code: number | undefined;
  readonly reason: string | undefined;
}

/** The code of a failure to have inputs or to keep outputs. */
export const STAGING = "staging";

/** Another runner has the claim: nothing happened to the instance. */
export type End = Outcome | { readonly kind: "duplicate" };

export function endOf(end: GroupEnd): End {
  const stopped = readStopText(end.reason);
  if (end.exits.enter?.code === EXIT.duplicate) return { kind: "duplicate" };
  const memory = memoryEnd(end);
  if (memory !== undefined) return memory;
  if (stopped !== undefined) return stopped;
  if (/exceeded timeout/i.test(end.reason)) return { kind: "timedOut", reason: end.reason };
  if (end.isReclaimed) return { kind: "interrupted", reason: end.reason };
  return entering(end) ?? running(end) ?? neverStarted(end);
}

function memoryEnd({ exits }: GroupEnd): Outcome | undefined {
  const { program, sidecar } = exits;
  const isKilled = /OutOfMemory/i.test(program?.reason ?? "");
  const isTold = sidecar?.code === EXIT.outOfMemory && sidecar.code !== program?.code;
  if (!isKilled && !isTold) return undefined;
  const reason = "It used up its memory. Give the service more with resources.memory.";
  return { kind: "outOfMemory", reason };
}

function entering({ exits: { enter } }: GroupEnd): Outcome | undefined {
  if (enter?.code === undefined || enter.code === 0) return undefined;
  if (enter.code === EXIT.staging) return failed(STAGING, "Its inputs could not be had.");
  return failed("enter", `What comes before its program ended with exit code ${enter.code}.`);
}

function running({ exits: { program, sidecar } }: GroupEnd): Outcome | undefined {
  if (sidecar?.code === undefined) return undefined;
  if (sidecar.code !== program?.code) {
    const own = ofSidecar(sidecar.code);
    if (own !== undefined) return own;
  }
  const code = sidecar.code === 0 ? (program?.code ?? 0) : sidecar.code;
  if (code === 0) return { kind: "succeeded" };
  const reason = `The program ended with exit code ${code}.`;
  return { kind: "failed", code: `exit_${code}`, reason, exitCode: code };
}

function ofSidecar(code: number): Outcome | undefined {
  switch (code) {
    case EXIT.timedOut:
      return { kind: "timedOut", reason: "Its longest time is over." };
    case EXIT.staging:
      return failed(STAGING, "Its outputs could not be kept.");
    case EXIT.fenced:
      return {
        kind: "lost",
        reason: "It could not renew its claim, and was ended before another takes its place.",
      };
    case EXIT.lostNode:
      return { kind: "lost", reason: "One of its nodes ended before the first." };
    case EXIT.incomplete:
      return { kind: "interrupted", reason: INCOMPLETE };
    default:
      return undefined;
  }
}

/** Words of AWS, the more certain first. */
const STARTS: readonly (readonly [RegExp, (reason: string) => Outcome])[] = [
  [
    /CannotPull|pull.*image|image.*not found|manifest unknown/i,
    (reason) => failed("image_pull", `Its image could not be pulled. ${reason}`),
  ],
  [
    /spot.*interrupt|Host EC2.*terminated|instance.*terminated/i,
    (reason) => ({ kind: "interrupted", reason }),
  ],
  [/capacity/i, (reason) => ({ kind: "interrupted", reason })],
  [
    /unable to assume/i,
    (reason) => ({ kind: "lost", reason: `Its role could not be assumed yet. ${reason}` }),
  ],
  [/MISCONFIGURATION|Overrides length/i, (reason) => ({ kind: "rejected", reason })],
  [
    /network interface|ENI|ResourceInitializationError|Timeout waiting/i,
    (reason) => ({ kind: "lost", reason }),
  ],
];

function neverStarted({ reason, exits }: GroupEnd): Outcome {
  const own = Object.values(exits).flatMap(({ reason }) => reason ?? []);
  const text = [reason, ...own].filter((part) => part !== "").join(" ");
  const known = STARTS.find(([words]) => words.test(text));
  if (known !== undefined) return known[1](text);
  return failed("start", text === "" ? "It never started, and nothing says why." : text);
}

function failed(code: string, reason: string): Outcome {
  return { kind: "failed", code, reason };
}

/** AWS measures time alone; what the sidecar measured, `observe` adds. */
export function usageOf(startedAt: number | undefined, endedAt: number): Usage {
  const wallSeconds = startedAt === undefined ? 0 : Math.max(0, endedAt - startedAt) / 1000;
  return { cpuSeconds: 0, peakMemoryMib: 0, wallSeconds };
}
