// The names and values of one request's expressions: DynamoDB takes them by alias, so that none is a word of its own.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export class Words {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  #count = 0;

  /** The alias of an attribute's name, the same each time. */
  name(attribute: string): string {
    const alias = this.#names.get(attribute) ?? `#${this.#names.size}`;
    this.#names.set(attribute, alias);
    return alias;
  }

  value(value: AttributeValue): string {
    const alias = `:${this.#count++}`;
    this.#values[alias] = value;
    return alias;
  }

  /** For the request; left out where there are none, as DynamoDB wants it. */
  given(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const names = [...this.#names].map(([attribute, alias]) => [alias, attribute] as const);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}
