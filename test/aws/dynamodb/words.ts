// The names (#a) and values (:a) of one request's expressions: each must be defined where it is used, and used where it is defined.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type ExpressionKind, invalid, invalidIn } from "./expression.ts";
import { RESERVED } from "./reserved-words.ts";

export interface Named {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

export class Words {
  readonly #names: Record<string, string>;
  readonly #values: Record<string, AttributeValue>;
  readonly #used = new Set<string>();

  constructor({ ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Named) {
    this.#names = ExpressionAttributeNames;
    this.#values = ExpressionAttributeValues;
  }

  /** The attribute that a word of an expression names. */
  name(kind: ExpressionKind, token: string): string {
    if (!token.startsWith("#")) {
      if (RESERVED.has(token.toUpperCase()))
        throw invalidIn(kind, `Attribute name is a reserved keyword; reserved keyword: ${token}`);
      return token;
    }
    const name = this.#names[token];
    if (name === undefined)
      throw invalidIn(
        kind,
        `An expression attribute name used in the document path is not defined; attribute name: ${token}`,
      );
    this.#used.add(token);
    return name;
  }

  check(kind: ExpressionKind, token: string): string {
    if (this.#values[token] === undefined)
      throw invalidIn(
        kind,
        `An expression attribute value used in expression is not defined; attribute value: ${token}`,
      );
    this.#used.add(token);
    return token;
  }

  value(token: string): AttributeValue {
    const value = this.#values[token];
    if (value === undefined) throw new Error(`${token} was checked before.`);
    return value;
  }

  /** After all expressions of the request were read. */
  checkUsed(): void {
    this.#checkUsed("ExpressionAttributeNames", Object.keys(this.#names));
    this.#checkUsed("ExpressionAttributeValues", Object.keys(this.#values));
  }

  #checkUsed(where: string, tokens: readonly string[]): void {
    const idle = tokens.filter((token) => !this.#used.has(token));
    if (idle.length > 0)
      throw invalid(`Value provided in ${where} unused in expressions: keys: {${idle.join(", ")}}`);
  }
}
