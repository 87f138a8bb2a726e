// The runtime API of a sidecar: over the task queues of the AWS body, with the contract that the local one keeps.
import { openRuntime } from "#functions/runtime-api/runtime.ts";
import { type RuntimeBody, runtimeApiContract } from "#test/contract/runtime-api.ts";
import { openTaskQueueStand } from "./task-queue-body.ts";

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

async function open(): Promise<RuntimeBody> {
  const { tasks, timers } = await openTaskQueueStand();
  const runtime = await openRuntime({ tasks, now: () => timers.now(), log: QUIET });
  return {
    tasks,
    async open(ref, setup = {}) {
      return runtime.open({
        ref,
        worker: setup.worker ?? "w-1.1",
        idleSeconds: setup.idleSeconds ?? 3600,
        retireAfterSeconds: setup.retireAfterSeconds,
        maxTasks: setup.maxTasks,
        mayLeave: setup.mayLeave ?? (() => true),
        draining: setup.draining ?? (() => false),
        ...(setup.leaves && { leaves: setup.leaves }),
      });
    },
    close: (ref, worker, killed) => runtime.close(ref, worker, killed),
    advance: (seconds) => timers.elapse(seconds * 1000),
    stop: () => runtime.stop(),
  };
}

runtimeApiContract("over SQS and DynamoDB, over the double", open);
