// The contract of the task-queue port, for every implementation. The rules under random use are in task-queue-model.ts.
import { describe } from "vitest";
import { outcomeFacts, redriveFacts } from "./task-queue/outcomes.ts";
import { limitFacts, putFacts } from "./task-queue/puts.ts";
import { recordFacts } from "./task-queue/reports.ts";
import type { OpenTaskQueueBody } from "./task-queue/under-test.ts";

/** `thousands`: the two facts of very many tasks too, which take minutes over what is slow. */
export function taskQueueContract(
  name: string,
  open: OpenTaskQueueBody,
  { thousands = true } = {},
): void {
  describe(`task queues: ${name}`, () => {
    putFacts(open);
    limitFacts(open, thousands);
    recordFacts(open);
    outcomeFacts(open);
    redriveFacts(open);
  });
}
