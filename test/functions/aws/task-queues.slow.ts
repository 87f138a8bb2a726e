// The task queues of the AWS body in random use, at length; the short run is in task-queues.test.ts.
import { taskQueueModelContract } from "#test/contract/task-queue-model.ts";
import { openTaskQueueStand } from "./task-queue-body.ts";

taskQueueModelContract("SQS and DynamoDB, over the double", openTaskQueueStand, 100);
