// States, reasons and exit codes as Slurm names them, of what Zoe says about an execution or an instance.
import type { ExecutionRow } from "#shared/api/execution.ts";
import type { ExecutionState } from "#shared/execution.ts";
import type { InstanceState, Outcome } from "#shared/instance.ts";

/** Long name -> the two letters of squeue. */
export const STATES = {
  PENDING: "PD",
  CONFIGURING: "CF",
  RUNNING: "R",
  COMPLETING: "CG",
  COMPLETED: "CD",
  FAILED: "F",
  TIMEOUT: "TO",
  OUT_OF_MEMORY: "OOM",
  CANCELLED: "CA",
  NODE_FAIL: "NF",
  PREEMPTED: "PR",
} as const;
export type SlurmState = keyof typeof STATES;

/** Of Slurm, but none that a job of Zoe is ever in. */
const NEVER =
  "BOOT_FAIL BF DEADLINE DL SUSPENDED S STOPPED ST REQUEUED RQ RESIZING RS REVOKED RV SIGNALING SI SPECIAL_EXIT SE STAGE_OUT SO".split(
    " ",
  );

const LIVE: Readonly<Record<Exclude<ExecutionState, "ended">, SlurmState>> = {
  queued: "PENDING",
  starting: "CONFIGURING",
  running: "RUNNING",
  ending: "COMPLETING",
};

const OF_INSTANCE: Readonly<Record<Exclude<InstanceState, "ended">, SlurmState>> = {
  placed: "PENDING",
  launching: "CONFIGURING",
  unknown: "CONFIGURING",
  running: "RUNNING",
  stopping: "COMPLETING",
};

const ENDED: Readonly<Record<Outcome["kind"], SlurmState>> = {
  succeeded: "COMPLETED",
  failed: "FAILED",
  outOfMemory: "OUT_OF_MEMORY",
  timedOut: "TIMEOUT",
  interrupted: "PREEMPTED",
  lost: "NODE_FAIL",
  cancelled: "CANCELLED",
  rejected: "FAILED",
};

export function stateOf(state: ExecutionState, outcome: Outcome | undefined): SlurmState {
  if (state !== "ended") return LIVE[state];
  return outcome === undefined ? "COMPLETED" : ENDED[outcome.kind];
}

export function instanceState(state: InstanceState, outcome: Outcome | undefined): SlurmState {
  if (state !== "ended") return OF_INSTANCE[state];
  return outcome === undefined ? "COMPLETED" : ENDED[outcome.kind];
}

/** `pd`, `PENDING` and `pending` are one; `undefined`: no state of Slurm; `never`: no job is ever in it. */
export function stateNamed(word: string): SlurmState | "never" | undefined {
  const wanted = word.toUpperCase();
  const found = Object.entries(STATES).find(([long, short]) => wanted === long || wanted === short);
  if (found !== undefined) return found[0] as SlurmState;
  return NEVER.includes(wanted) ? "never" : undefined;
}

const SIGNALS: Readonly<Record<string, number>> = {
  ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8 },
  ...{ SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 },
};
const OUT_OF_MEMORY_SIGNAL = 125;

/** `7:0`: exit code and signal. */
export function exitCode(outcome: Outcome | undefined): string {
  switch (outcome?.kind) {
    case "failed":
      if (outcome.exitCode !== undefined) return `${outcome.exitCode}:0`;
      return SIGNALS[outcome.code] === undefined ? "1:0" : `0:${SIGNALS[outcome.code]}`;
    case "outOfMemory":
      return `0:${OUT_OF_MEMORY_SIGNAL}`;
    case "rejected":
      return "1:0";
    default:
      return "0:0";
  }
}

const WAITS: Readonly<Record<string, string>> = {
  pool: "Resources",
  kept: "Resources",
  tenantQuota: "AssocGrpCpuLimit",
  userQuota: "AssocMaxJobsLimit",
  dependency: "Dependency",
};

/** Why it waits, or how it ended, in Slurm's words. */
export function reasonOf(
  state: SlurmState,
  waiting: ExecutionRow["waiting"],
  outcome: Outcome | undefined,
): string {
  if (state === "PENDING") return WAITS[waiting?.code ?? ""] ?? "Priority";
  switch (outcome?.kind) {
    case "failed":
      return outcome.exitCode === undefined ? "JobLaunchFailure" : "NonZeroExitCode";
    case "outOfMemory":
      return "OutOfMemory";
    case "timedOut":
      return "TimeLimit";
    case "lost":
      return "NodeDown";
    case "cancelled":
      return outcome.reason?.startsWith("DependencyNeverSatisfied")
        ? "DependencyNeverSatisfied"
        : "None";
    default:
      return "None";
  }
}
