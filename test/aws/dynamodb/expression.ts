// DynamoDB's expressions as data, and their words: what parser.ts makes and evaluate.ts, update.ts read.
import { AwsError } from "../service.ts";

/** Steps into an item: names of attributes, positions in lists. */
export type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "size"; readonly path: Path };

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: "between";
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: "in"; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: "exists" | "notExists"; readonly path: Path }
  | {
      readonly kind: "beginsWith" | "contains" | "hasType";
      readonly path: Path;
      readonly operand: Operand;
    };

export type Term =
  | Operand
  | { readonly kind: "ifNotExists"; readonly path: Path; readonly otherwise: Term }
  | { readonly kind: "append"; readonly left: Term; readonly right: Term }
  | { readonly kind: "sum"; readonly sign: 1 | -1; readonly left: Term; readonly right: Term };

export type Change =
  | { readonly kind: "set"; readonly path: Path; readonly term: Term }
  | { readonly kind: "remove"; readonly path: Path }
  | { readonly kind: "add" | "delete"; readonly path: Path; readonly value: string };

export type ExpressionKind =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function invalidIn(kind: ExpressionKind, message: string): AwsError {
  return invalid(`Invalid ${kind}: ${message}`);
}

/** Longest expression, in bytes. */
const MOST_BYTES = 4096;

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|([#:][A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()[\].,+-]))/y;

/** Words, aliases, numbers and signs, in order. */
export function tokensOf(kind: ExpressionKind, text: string): string[] {
  if (text === "") throw invalidIn(kind, "The expression can not be empty;");
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw invalidIn(
      kind,
      `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
    );
  const tokens: string[] = [];
  let at = 0;
  while (at < text.trimEnd().length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null)
      throw invalidIn(
        kind,
        `Syntax error; token: "${text.slice(at).trim()[0]}", near: "${text.slice(at, at + 20)}"`,
      );
    tokens.push(found[0].trim());
    at = TOKEN.lastIndex;
  }
  return tokens;
}
