// Programs of the story that are functions: what a greeter leaves, and a worker that answers its tasks.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lease, WorkReport } from "#functions/task-queues.ts";
import type { Program } from "./functions-cast.ts";

const LEAVE = 410;

/** Leaves a file, as zapps/hello does. */
export const greeter: Program = async ({ folder, pause }) => {
  await pause(3000);
  mkdirSync(join(folder, "out"), { recursive: true });
  writeFileSync(join(folder, "out", "greeting.txt"), "Hello, world!\n");
  return 0;
};

export type Answering = (lease: Lease, attempt: number) => WorkReport;

export const echo: Answering = ({ lease, payload }) => ({ lease, ok: true, result: payload });

/** Asks until it is told to leave; each round of tasks takes it so long. */
export function worker(answer: Answering, { together = 10, taskMs = 200 } = {}): Program {
  return async ({ session, pause, told }) => {
    // The sidecar's door may open a moment after the program starts.
    await pause(10);
    while (!told.aborted) {
      const asked = await session().next(together, 20, () => {});
      if (asked.status === LEAVE) return 0;
      if (asked.status !== 200) {
        // While its sidecar closes the door it is answered at once.
        await pause(100);
        continue;
      }
      const { leases } = JSON.parse(asked.text ?? "{}") as { leases: readonly Lease[] };
      await pause(taskMs * leases.length);
      if (told.aborted) break;
      await session().report(
        leases.map((lease) => answer(lease, lease.attempts)),
        undefined,
      );
    }
    return 143;
  };
}
