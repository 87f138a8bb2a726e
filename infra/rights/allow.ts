// How a right is written down: what, on what, if. The files beside this one say them for each role.
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";

export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function allow(
  sid: string,
  actions: readonly string[],
  resources: string | readonly string[],
  conditions?: Conditions,
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: typeof resources === "string" ? [resources] : [...resources],
    ...(conditions && { conditions }),
  });
}

/** A transaction is judged by the actions that it is made of. */
const READ_ITEMS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"] as const;
/** No put: a whole item is written as an update of all it has, so that its version can be counted. */
const WRITE_ITEMS = [
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:BatchWriteItem",
] as const;

export const readControl = ({ control }: Arns) =>
  allow("ReadControl", READ_ITEMS, [control, `${control}/index/*`]);
export const writeControl = ({ control }: Arns) => allow("WriteControl", WRITE_ITEMS, control);
export const readWork = ({ work }: Arns) =>
  allow("ReadWork", READ_ITEMS, [work, `${work}/index/*`]);
export const writeWork = ({ work }: Arns) => allow("WriteWork", WRITE_ITEMS, work);

export const send = (arns: Arns, ...queues: readonly ("decide" | "launch" | "event" | "feed")[]) =>
  allow(
    "Send",
    ["sqs:SendMessage"],
    queues.map((queue) => arns[queue]),
  );

/** What the mapping from a queue to its function needs. */
export const receive = (queue: string) =>
  allow(
    "Receive",
    [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:GetQueueAttributes",
    ],
    queue,
  );

export const everything = "*";

/** Of a clinical stack: what lies in tables, queues and the bucket is read with its key. */
export const useKey = (key: string | undefined) =>
  key === undefined ? [] : [allow("UseKey", ["kms:Decrypt", "kms:GenerateDataKey"], key)];
