// The task queues of the AWS body keep the contract of the port, over the double's SQS and DynamoDB.
import { taskQueueContract } from "#test/contract/task-queue.ts";
import { taskQueueLeaseContract } from "#test/contract/task-queue-leases.ts";
import { taskQueueModelContract } from "#test/contract/task-queue-model.ts";
import { openTaskQueueStand } from "./task-queue-body.ts";

taskQueueContract("SQS and DynamoDB, over the double", openTaskQueueStand);
taskQueueLeaseContract("SQS and DynamoDB, over the double", openTaskQueueStand);
taskQueueModelContract("SQS and DynamoDB, over the double", openTaskQueueStand, 5);
