// A job as its commands read it from Zoe, and the options given to one of them: inputs for tests of queue and accounting.
import { type Option, readOptions } from "#cli/slurm/option.ts";
import type { Numbered } from "#cli/slurm/record.ts";

export const NOON = Date.parse("2026-03-01T12:00:00");

/** It has run for 65 seconds at noon. */
export function aRow(bend: Partial<Numbered> = {}): Numbered {
  return {
    ...{ id: "exe_1", tenant: "lab", user: "ada", zapp: "sbatch", name: "trial", priority: 50 },
    ...{ number: 12, numbers: 1, state: "running", createdAt: NOON - 90_000, round: 1 },
    ...{ startedAt: NOON - 65_000, engine: "process" },
    labels: {
      "slurm/cpus": "4",
      "slurm/time": "3600",
      "slurm/memory": "2G",
      "slurm/directory": "/w",
    },
    ...bend,
  };
}

export const given = (options: readonly Option[], words: string) =>
  readOptions(options, words.split(" ").filter(Boolean), { kind: "command" }, true).given;
