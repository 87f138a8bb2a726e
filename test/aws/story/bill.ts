// What recorded calls cost, by the dated price list: requests of SQS by their 64 KB, writes and reads of DynamoDB by their units.
import { PRICES } from "#infra/cost/prices.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";

const KIB = 1024;
const length = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? "");
const units = (bytes: number, each: number) => Math.max(1, Math.ceil(bytes / each));

/** Items are measured as the JSON of their attributes, which is a little longer than what DynamoDB counts. */
export function usdOfCall({ service, operation, input, output = {} }: RecordedCall): number {
  if (service === "sqs")
    return units(Math.max(length(input), length(output)), 64 * KIB) * PRICES.sqsRequest.usd;
  if (service === "s3")
    return (operation.startsWith("Get") ? PRICES.bucketGet : PRICES.bucketPut).usd;
  if (service === "lambda") return PRICES.lambdaRequest.usd;
  if (service !== "dynamodb") return 0;
  return (
    writeUnits(operation, input) * PRICES.databaseWrite.usd +
    readUnits(operation, output) * PRICES.databaseRead.usd
  );
}

/** In a transaction each item costs twice; so does one whose write was refused. */
function writeUnits(operation: string, input: object): number {
  if (operation === "TransactWriteItems") {
    const { TransactItems = [] } = input as { TransactItems?: readonly object[] };
    return TransactItems.reduce((sum, action) => sum + 2 * units(length(written(action)), KIB), 0);
  }
  if (operation !== "BatchWriteItem") return 0;
  const { RequestItems = {} } = input as { RequestItems?: Record<string, readonly object[]> };
  const all = Object.values(RequestItems).flat();
  return all.reduce((sum, request) => sum + units(length(request), KIB), 0);
}

function written(action: object): unknown {
  const [about] = Object.values(action) as {
    Item?: unknown;
    ExpressionAttributeValues?: unknown;
  }[];
  return about?.Item ?? about?.ExpressionAttributeValues ?? {};
}

function readUnits(operation: string, output: object): number {
  if (operation === "GetItem") return units(length(output), 4 * KIB);
  if (operation === "Query") return units(length((output as { Items?: unknown }).Items), 4 * KIB);
  if (operation !== "BatchGetItem") return 0;
  const { Responses = {} } = output as { Responses?: Record<string, readonly unknown[]> };
  const all = Object.values(Responses).flat();
  return all.reduce<number>((sum, item) => sum + units(length(item), 4 * KIB), 0);
}
