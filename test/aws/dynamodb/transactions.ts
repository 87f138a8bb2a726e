// TransactWriteItems: all or nothing, each reason told in its place, the same token answered the same for ten minutes.
import type {
  CancellationReason,
  TransactWriteItem,
  TransactWriteItemsInput,
} from "@aws-sdk/client-dynamodb";
import { AwsError } from "../service.ts";
import { invalid } from "./expression.ts";
import { itemBytes } from "./item.ts";
import type { Table } from "./table.ts";
import { type Judged, judge, type WriteKind, type WriteRequest } from "./writes.ts";

const TOKEN_MS = 10 * 60_000;
const MOST_ACTIONS = 100;
const MOST_BYTES = 4 * 1024 * 1024;

export interface Surroundings {
  tableOf(name: string | undefined): Table;
  write(judged: Judged): void;
  /** By chance: somebody else writes one of the items at this moment. */
  conflicts(): boolean;
}

export class Transactions {
  readonly #tokens = new Map<string, { readonly text: string; readonly at: number }>();

  write(input: TransactWriteItemsInput, around: Surroundings, now: number): object {
    const items = input.TransactItems ?? [];
    if (items.length === 0 || items.length > MOST_ACTIONS)
      throw invalid(
        `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${items.length === 0 ? "greater than or equal to 1" : "less than or equal to 100"}`,
      );
    const { ClientRequestToken: token, ...rest } = input;
    if (token !== undefined && this.#isRepeat(token, JSON.stringify(rest), now)) return {};
    const outcomes = items.map((item) => judged(item, around));
    checkOnce(outcomes);
    checkBytes(outcomes);
    const reasons = outcomes.map((outcome) => reasonOf(outcome));
    if (around.conflicts()) {
      const at = reasons.findIndex(({ Code }) => Code === "None");
      if (at >= 0) reasons[at] = { Code: "TransactionConflict", Message: CONFLICT };
    }
    if (reasons.some(({ Code }) => Code !== "None")) throw canceled(reasons);
    for (const outcome of outcomes) if (!(outcome instanceof AwsError)) around.write(outcome);
    if (token !== undefined) this.#tokens.set(token, { text: JSON.stringify(rest), at: now });
    return {};
  }

  #isRepeat(token: string, text: string, now: number): boolean {
    if (token.length > 36)
      throw invalid(
        "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36",
      );
    const seen = this.#tokens.get(token);
    if (seen === undefined || now - seen.at > TOKEN_MS) return false;
    if (seen.text === text) return true;
    throw new AwsError(
      "IdempotentParameterMismatchException",
      "The provided client token was used with other parameters before.",
    );
  }
}

const CONFLICT = "Transaction is ongoing for the item";

export function canceled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

/** What an update can't do to the item it meets is a reason; what no item could take is refused at once. */
function judged(item: TransactWriteItem, around: Surroundings): Judged | AwsError {
  const [kind, request] = partsOf(item);
  const table = around.tableOf(request.TableName);
  try {
    return judge(table, kind, request);
  } catch (error) {
    if (error instanceof AwsError && kind === "update" && MET.test(error.message)) return error;
    throw error;
  }
}

const MET =
  /operand in the update|refers to an attribute|document path provided|Item size to update|Type mismatch for Index/;

function partsOf(
  item: TransactWriteItem,
): readonly [WriteKind, WriteRequest & { TableName?: string }] {
  const given = Object.entries({
    put: item.Put,
    update: item.Update,
    delete: item.Delete,
    check: item.ConditionCheck,
  }).filter(([, request]) => request !== undefined);
  const [only] = given;
  if (given.length !== 1 || only === undefined)
    throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  return only as [WriteKind, WriteRequest & { TableName?: string }];
}

function checkOnce(outcomes: readonly (Judged | AwsError)[]): void {
  const keys = outcomes.flatMap((outcome) =>
    outcome instanceof AwsError ? [] : [JSON.stringify([outcome.table.name, outcome.key])],
  );
  if (new Set(keys).size < keys.length)
    throw invalid("Transaction request cannot include multiple operations on one item");
}

function checkBytes(outcomes: readonly (Judged | AwsError)[]): void {
  const bytes = outcomes.reduce((sum, outcome) => {
    if (outcome instanceof AwsError || outcome.after === "kept") return sum;
    return sum + itemBytes(outcome.after ?? outcome.key);
  }, 0);
  if (bytes > MOST_BYTES)
    throw invalid("Aggregate size of all items in the transaction can not exceed 4 MB");
}

function reasonOf(outcome: Judged | AwsError): CancellationReason {
  if (outcome instanceof AwsError) return { Code: "ValidationError", Message: outcome.message };
  if (!outcome.fails) return { Code: "None" };
  return {
    Code: "ConditionalCheckFailed",
    Message: "The conditional request failed",
    ...(outcome.shown === undefined ? {} : { Item: outcome.shown }),
  };
}
