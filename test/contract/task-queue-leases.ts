// The contract of the task-queue port, second part: who holds what and for how long, killers, long polls, routes, restarts.
import { describe } from "vitest";
import { killerFacts, leaseFacts } from "./task-queue/leases.ts";
import { restartFacts } from "./task-queue/restarts.ts";
import { routeFacts } from "./task-queue/routes.ts";
import type { OpenTaskQueueBody } from "./task-queue/under-test.ts";
import { waitingFacts } from "./task-queue/waiting.ts";

export function taskQueueLeaseContract(name: string, open: OpenTaskQueueBody): void {
  describe(`leases and routes: ${name}`, () => {
    leaseFacts(open);
    killerFacts(open);
    waitingFacts(open);
    routeFacts(open);
    restartFacts(open);
  });
}
