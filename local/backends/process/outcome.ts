// How a program's end is told: each way apart, with figures.

import type { MemoryLimitWay } from "#local/memory-limit.ts";
import type { ProgramEnd, ProgramEvent } from "#local/spawner/client.ts";
import type { Outcome, Usage } from "#shared/instance.ts";

/** `stopped`: the reason it was told to stop for, if it was. */
export function outcomeOf(
  end: ProgramEnd,
  stopped: Outcome | undefined,
  way: MemoryLimitWay["kind"],
): Outcome {
  if (end.outOfMemory) return { kind: "outOfMemory", reason: tellMemory(end.outOfMemory, way) };
  if (stopped) return stopped;
  if (end.signal) {
    const reason = `The program was ended by ${end.signal}, which Zoe didn't send.`;
    return { kind: "failed", code: end.signal, reason };
  }
  if (end.code === 0) return { kind: "succeeded" };
  const exitCode = end.code ?? 1;
  return { kind: "failed", code: `exit_${exitCode}`, exitCode, reason: tellExit(exitCode) };
}

/** It never started. */
export function refusal(event: Extract<ProgramEvent, { readonly event: "refused" }>): Outcome {
  const { exitCode, reason } = event;
  if (exitCode === undefined) return { kind: "failed", code: "start", reason };
  return { kind: "failed", code: `exit_${exitCode}`, exitCode, reason };
}

export function usageOf(end: ProgramEnd): Usage {
  const { cpuSeconds, peakMemoryMib, wallSeconds } = end;
  return { cpuSeconds, peakMemoryMib, wallSeconds };
}

function tellMemory(
  { usedMib, limitMib }: { readonly usedMib: number; readonly limitMib: number },
  way: MemoryLimitWay["kind"],
): string {
  if (way === "cgroup")
    return `It reached its limit of ${limitMib} MiB of memory. Give the service more with resources.memory.`;
  return `It held ${Math.round(usedMib)} MiB of memory, its limit is ${limitMib} MiB (looked at every 100 ms, so it can overshoot). Give the service more with resources.memory.`;
}

/** By the conventions of shells. */
function tellExit(code: number): string {
  const ended = `The program ended with exit code ${code}`;
  if (code === 127) return `${ended}: its command was not found.`;
  if (code === 126) return `${ended}: its command can't be run.`;
  if (code > 128 && code < 160)
    return `${ended}: something it ran was ended by signal ${code - 128}.`;
  return `${ended}.`;
}
