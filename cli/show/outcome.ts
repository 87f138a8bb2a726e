// Outcomes and states in one word and in one sentence, and how they are coloured.
import type { Outcome, Usage } from "#shared/instance.ts";
import { writeMib } from "#shared/units.ts";
import type { Paint } from "./terminal.ts";
import { duration, mebibytes } from "./words.ts";

const WORDS: Readonly<Record<Outcome["kind"], string>> = {
  succeeded: "succeeded",
  failed: "failed",
  outOfMemory: "out of memory",
  timedOut: "timed out",
  interrupted: "interrupted",
  lost: "lost",
  cancelled: "cancelled",
  rejected: "rejected",
};

export function outcomeWord({ kind }: Outcome): string {
  return WORDS[kind];
}

/** Why it ended like this, where there is more to say than the word. */
export function outcomeReason(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "succeeded":
      return undefined;
    case "cancelled":
      return `by ${outcome.by}${outcome.reason === undefined ? "" : `: ${outcome.reason}`}`;
    default:
      return outcome.reason;
  }
}

export interface Standing {
  readonly state: string;
  readonly outcome?: Outcome;
  readonly stop?: unknown;
  readonly draining?: boolean;
}

/** The state, and of what has ended the outcome. */
export function stateWord({ state, outcome, stop, draining }: Standing): string {
  if (outcome !== undefined) return outcomeWord(outcome);
  if (stop !== undefined) return "stopping";
  return draining === true ? `${state}, draining` : state;
}

export function stateColour({ state, outcome, stop }: Standing): Paint {
  if (outcome?.kind === "succeeded") return "green";
  if (outcome?.kind === "cancelled") return "yellow";
  if (outcome !== undefined) return "red";
  if (stop !== undefined) return "yellow";
  return state === "queued" || state === "placed" ? "dim" : "cyan";
}

export function mark(outcome: Outcome): string {
  if (outcome.kind === "succeeded") return "✓";
  return outcome.kind === "cancelled" ? "–" : "✗";
}

export interface Asked {
  readonly cpu: number;
  readonly memoryMib: number;
  readonly gpu: number;
}

/** `0.25 vCPU and 512 MiB`. */
export function askedWords({ cpu, memoryMib, gpu }: Asked): string {
  const gpus = gpu > 0 ? `, ${gpu} GPU` : "";
  return `${cpu} vCPU and ${writeMib(memoryMib)}${gpus}`;
}

/** `12.3 cpu seconds, at most 310 MiB`. */
export function usedWords({ cpuSeconds, peakMemoryMib }: Usage): string {
  return `${cpuSeconds.toFixed(1)} cpu seconds, at most ${mebibytes(peakMemoryMib)}`;
}

export function elapsed(from: number, to: number): string {
  return duration((to - from) / 1000);
}
