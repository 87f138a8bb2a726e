// SQS: batches ask for the action of which they are.

import { type AsksOf, known } from "#test/aws/rights/asks/words.ts";
import { arn } from "#test/aws/rights/names.ts";

const ACTIONS: Readonly<Record<string, string>> = {
  SendMessage: "SendMessage",
  SendMessageBatch: "SendMessage",
  ReceiveMessage: "ReceiveMessage",
  DeleteMessage: "DeleteMessage",
  DeleteMessageBatch: "DeleteMessage",
  ChangeMessageVisibility: "ChangeMessageVisibility",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  GetQueueAttributes: "GetQueueAttributes",
  SetQueueAttributes: "SetQueueAttributes",
  GetQueueUrl: "GetQueueUrl",
  CreateQueue: "CreateQueue",
  DeleteQueue: "DeleteQueue",
  PurgeQueue: "PurgeQueue",
};

export const sqsAsks: AsksOf = (operation, { QueueUrl, QueueName }) => {
  const name = String(QueueName ?? String(QueueUrl).split("/").at(-1));
  const action = `sqs:${known(ACTIONS, operation, "sqs")}`;
  return [{ action, resource: arn("sqs", name), context: {} }];
};
