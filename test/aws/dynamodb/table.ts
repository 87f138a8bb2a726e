// A table: its items in order, and what eventually consistent readers and its indexes see of them, late.
import type { CreateTableInput, KeySchemaElement } from "@aws-sdk/client-dynamodb";
import { invalid } from "./expression.ts";
import { ITEM_BYTES, type Item, itemBytes, typeOf, type Value } from "./item.ts";
import { type KeyNames, Sorted } from "./sorted.ts";

export class Table {
  readonly name: string;
  readonly input: CreateTableInput;
  readonly keys: KeyNames;
  readonly createdAt: number;
  readonly items: Sorted;
  /** What readers see who did not ask for consistency. */
  readonly shadow: Sorted;
  readonly indexes: ReadonlyMap<string, { readonly keys: KeyNames; readonly items: Sorted }>;
  timeToLive: string | undefined;
  readonly #types: ReadonlyMap<string, string>;
  readonly #pending: { due: number; before: Item | undefined; after: Item | undefined }[] = [];

  constructor(input: CreateTableInput, createdAt: number) {
    this.name = input.TableName ?? "";
    this.input = input;
    this.createdAt = createdAt;
    this.keys = keyNames(input.KeySchema ?? []);
    this.items = new Sorted(this.keys, this.keys);
    this.shadow = new Sorted(this.keys, this.keys);
    this.indexes = new Map(
      (input.GlobalSecondaryIndexes ?? []).map(({ IndexName = "", KeySchema = [] }) => {
        const keys = keyNames(KeySchema);
        return [IndexName, { keys, items: new Sorted(keys, this.keys) }];
      }),
    );
    this.#types = new Map(
      (input.AttributeDefinitions ?? []).map(({ AttributeName = "", AttributeType = "" }) => [
        AttributeName,
        AttributeType,
      ]),
    );
  }

  /** `due`: the call from which on late readers see it. */
  write(before: Item | undefined, after: Item | undefined, due: number): void {
    this.items.replace(before, after);
    this.#pending.push({ due: Math.max(due, this.#pending.at(-1)?.due ?? 0), before, after });
  }

  catchUp(call: number): void {
    for (let next = this.#pending[0]; next && next.due <= call; next = this.#pending[0]) {
      this.shadow.replace(next.before, next.after);
      for (const { items } of this.indexes.values()) items.replace(next.before, next.after);
      this.#pending.shift();
    }
  }

  checkKey(key: Item): void {
    const names = [this.keys.hash, this.keys.range].filter((name) => name !== undefined);
    if (Object.keys(key).length !== names.length || names.some((name) => key[name] === undefined))
      throw invalid("The provided key element does not match the schema");
    for (const name of names) this.#checkKeyValue(name, key[name] as Value);
  }

  checkItem(item: Item): void {
    for (const name of [this.keys.hash, this.keys.range]) {
      if (name === undefined) continue;
      const value = item[name];
      if (value === undefined)
        throw invalid(
          `One or more parameter values were invalid: Missing the key ${name} in the item`,
        );
      this.#checkKeyValue(name, value);
    }
    this.checkIndexKeys(item);
    if (itemBytes(item) > ITEM_BYTES)
      throw invalid("Item size has exceeded the maximum allowed size");
  }

  checkIndexKeys(item: Item): void {
    for (const [index, { keys }] of this.indexes)
      for (const name of [keys.hash, keys.range]) {
        const value = name === undefined ? undefined : item[name];
        if (name === undefined || value === undefined) continue;
        const type = this.#types.get(name);
        if (typeOf(value) !== type)
          throw invalid(
            `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index}`,
          );
        if (value.S === "")
          throw invalid(
            `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index}, IndexKey: ${name}`,
          );
      }
  }

  #checkKeyValue(name: string, value: Value): void {
    const type = this.#types.get(name);
    if (typeOf(value) !== type)
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
      );
    if (value.S === "")
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    const most = name === this.keys.hash ? 2048 : 1024;
    if (value.S !== undefined && Buffer.byteLength(value.S) > most)
      throw invalid(
        most === 2048
          ? "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
          : "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
      );
  }
}

function keyNames(schema: readonly KeySchemaElement[]): KeyNames {
  return {
    hash: schema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "",
    range: schema.find(({ KeyType }) => KeyType === "RANGE")?.AttributeName,
  };
}
