// The memory twin keeps the contract of the task-queue port.
import type { QueueRef, TaskQueueChange } from "#functions/task-queues.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import type { TaskQueueBody } from "#test/contract/task-queue/under-test.ts";
import { taskQueueContract } from "#test/contract/task-queue.ts";
import { taskQueueLeaseContract } from "#test/contract/task-queue-leases.ts";
import { taskQueueModelContract } from "#test/contract/task-queue-model.ts";

async function open(): Promise<TaskQueueBody> {
  let now = 1_000_000;
  const changes: { ref: QueueRef; change: TaskQueueChange }[] = [];
  const tasks = memoryTaskQueues({
    now: () => now,
    onChange: (ref, change) => changes.push({ ref, change }),
  });
  return {
    tasks,
    changes,
    advance: (seconds) => {
      now += seconds * 1000;
    },
    close: async () => {},
  };
}

taskQueueContract("memory", open);
taskQueueLeaseContract("memory", open);
taskQueueModelContract("memory", open, 300);
