// The task queues of the AWS body keep the contract of the port, over the double's SQS and a store.
import { memoryStore } from "#local/store/memory-store.ts";
import { taskQueueContract } from "#test/contract/task-queue.ts";
import { taskQueueLeaseContract } from "#test/contract/task-queue-leases.ts";
import { taskQueueModelContract } from "#test/contract/task-queue-model.ts";
import { openTaskQueueStand } from "./task-queue-body.ts";

const open = async () => openTaskQueueStand((timers) => memoryStore({ now: () => timers.now() }));

taskQueueContract("SQS over the double, a store in memory", open);
taskQueueLeaseContract("SQS over the double, a store in memory", open);
taskQueueModelContract("SQS over the double, a store in memory", open, 30);
