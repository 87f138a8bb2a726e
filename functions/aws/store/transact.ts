// A transaction of the store as one TransactWriteItems, and DynamoDB's answer told as the port's.
import {
  type CancellationReason,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { type Action, STORE_LIMITS, type TransactReply } from "#functions/store.ts";
import { checkActions, checkTransactionBytes } from "#functions/store-rules.ts";
import { VisibleError } from "#shared/fault.ts";
import { type Patience, patiently } from "./patience.ts";
import { writeOf } from "./write.ts";

export interface Place {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly patience: Patience;
}

/**
 * Always a transaction, though one of a single action costs twice: its token, which the SDK makes, lets a call whose reply was
 * lost be sent again without being done again, and an addition or a condition must not meet its own effect.
 */
export async function transact(place: Place, actions: readonly Action[]): Promise<TransactReply> {
  const { client, table, now, patience } = place;
  checkActions(actions);
  const writes = actions.map((action) => writeOf(table, action, now()));
  checkTransactionBytes(writes.reduce((sum, { bytes }) => sum + bytes, 0));
  const TransactItems = writes.map(({ item }) => item);
  return await patiently(patience, async () => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems }));
      return { kind: "committed" };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      return replyOf(error.CancellationReasons ?? [], error);
    }
  });
}

/** Undefined: DynamoDB was too busy for it; it was not done. */
function replyOf(
  reasons: readonly CancellationReason[],
  cause: TransactionCanceledException,
): TransactReply | undefined {
  const has = (...codes: readonly string[]) =>
    reasons.some(({ Code = "" }) => codes.includes(Code));
  if (has("ValidationError")) throw invalid(reasons, cause);
  // Whoever was in the way may have changed what the conditions look at: they are judged when it is tried again.
  if (has("TransactionConflict")) return { kind: "conflict" };
  if (has("ThrottlingError", "ProvisionedThroughputExceeded")) return undefined;
  const failed = reasons.flatMap(({ Code }, at) => (Code === "ConditionalCheckFailed" ? [at] : []));
  if (failed.length > 0) return { kind: "condition", failed };
  throw cause;
}

function invalid(reasons: readonly CancellationReason[], cause: Error): Error {
  const texts = reasons.flatMap(({ Code, Message = "" }) =>
    Code === "ValidationError" ? [Message] : [],
  );
  if (texts.some((text) => text.includes("Item size")))
    return new VisibleError(
      "tooLarge",
      `An item of the store has at most ${STORE_LIMITS.itemBytes} bytes; an update would make one larger.`,
    );
  return new TypeError(`The store can't do an update: ${texts.join(" ")}`, { cause });
}
