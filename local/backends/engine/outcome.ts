// How a program's end is told: each way apart, with figures.
import type { Outcome, Usage } from "#shared/instance.ts";
import type { ProgramEnd, ProgramEvent } from "./runner.ts";

/** `stopped`: the reason it was told to stop for, if it was. `isExact`: its memory limit was kept by the kernel. */
export function outcomeOf(
  end: ProgramEnd,
  stopped: Outcome | undefined,
  isExact: boolean,
): Outcome {
  if (end.outOfMemory) return { kind: "outOfMemory", reason: tellMemory(end.outOfMemory, isExact) };
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
  const { exitCode, reason, code = "start" } = event;
  if (exitCode === undefined) return { kind: "failed", code, reason };
  return { kind: "failed", code: `exit_${exitCode}`, exitCode, reason };
}

export function usageOf(end: ProgramEnd): Usage {
  const { cpuSeconds, peakMemoryMib, wallSeconds } = end;
  return { cpuSeconds, peakMemoryMib, wallSeconds };
}

function tellMemory(
  { usedMib, limitMib }: { readonly usedMib: number; readonly limitMib: number },
  isExact: boolean,
): string {
  if (isExact)
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
