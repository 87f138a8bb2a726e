// The benches that there are, in the order of docs/performance.md: each a program of its own, which prints its table.

export interface Bench {
  /** Its mark in docs/performance.md. */
  readonly name: string;
  readonly file: string;
  /** What makes it short: run once for its correctness, its figures mean nothing. */
  readonly small: readonly string[];
  /** Where it draws its curve, below docs/. */
  readonly plot?: string;
}

const SMALL = ["--small"];

export const BENCHES: readonly Bench[] = [
  { name: "tasks", file: "tasks.ts", small: SMALL },
  { name: "submissions", file: "submissions.ts", small: SMALL },
  { name: "schedule", file: "schedule.ts", small: SMALL },
  { name: "array", file: "array.ts", small: SMALL },
  { name: "processes", file: "processes.ts", small: ["--count", "20", "--rounds", "1"] },
  { name: "containers", file: "containers.ts", small: SMALL },
  { name: "ring", file: "ring.ts", small: SMALL },
  { name: "executions", file: "executions.ts", small: SMALL },
  { name: "speed-up", file: "speed-up.ts", small: SMALL, plot: "plots/speed-up.svg" },
  { name: "store", file: "store.ts", small: SMALL },
  { name: "bundles", file: "bundles.ts", small: SMALL },
];
