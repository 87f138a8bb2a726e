// The limits and times of the control plane that an administrator may set, with their defaults. Every limit has its name here or beside its one user.

export interface Settings {
  /** Ended executions, their logs, results and files are forgotten after this. */
  readonly retentionDays: number;
  /** How long the first in line may be passed by smaller ones before its pool is kept free for it. */
  readonly patienceSeconds: number;
  /** Waiting executions looked at per user and cycle; four times as many where one user waits alone. */
  readonly headsPerShare: number;
  /** Instances placed per cycle at most; the rest comes in the next. */
  readonly placedPerCycle: number;
  /** A placed instance of which nothing was heard for this long is looked at by the sweep. */
  readonly silentSeconds: number;
  /** Backends are asked for what runs and should not this often at most; 0 is with every sweep. */
  readonly orphanSeconds: number;
  /** Queues of a running execution are looked at this often. */
  readonly tickSeconds: number;
  /** Deaths of workers in a row, without a task done, before their execution fails. */
  readonly workerStrikes: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

export const DEFAULT_SETTINGS: Settings = {
  retentionDays: 30,
  patienceSeconds: 600,
  headsPerShare: 48,
  placedPerCycle: 500,
  silentSeconds: 30,
  orphanSeconds: 0,
  tickSeconds: 10,
  workerStrikes: 6,
  graceSeconds: 10,
};
