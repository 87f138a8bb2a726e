// An item and the values in it: what they are, how long they are, what stands at a path.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { invalid, type Path } from "./expression.ts";
import { plainNumber } from "./numbers.ts";

export type Value = AttributeValue;
export type Item = Readonly<Record<string, Value>>;

export const ITEM_BYTES = 400 * 1024;

export type TypeName = "S" | "N" | "B" | "BOOL" | "NULL" | "L" | "M" | "SS" | "NS" | "BS";

export function typeOf(value: Value): TypeName {
  return Object.keys(value)[0] as TypeName;
}

/** Numbers in plain form, no empty names or sets, no deeper than 32: what DynamoDB keeps of what was sent. */
export function checked(value: Value, depth = 1): Value {
  if (depth > 32) throw invalid("Nesting Levels have exceeded supported limits");
  if (value.N !== undefined) return { N: plainNumber(value.N) };
  if (value.NS !== undefined) return { NS: distinct(value.NS.map(plainNumber)) };
  if (value.SS !== undefined) return { SS: distinct(value.SS) };
  if (value.L !== undefined) return { L: value.L.map((item) => checked(item, depth + 1)) };
  if (value.M !== undefined) return { M: checkedItem(value.M, depth + 1) };
  if (typeOf(value) === undefined)
    throw invalid(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    );
  return value;
}

export function checkedItem(item: Item, depth = 1): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (name === "")
        throw invalid("One or more parameter values were invalid: empty attribute name");
      return [name, checked(value, depth)];
    }),
  );
}

function distinct(values: readonly string[]): string[] {
  if (values.length === 0)
    throw invalid("One or more parameter values were invalid: An string set  may not be empty");
  if (new Set(values).size < values.length)
    throw invalid(
      `One or more parameter values were invalid: Input collection [${values.join(", ")}] contains duplicates.`,
    );
  return [...values];
}

/** As DynamoDB counts: names and values, three bytes for a list or a map and one for each thing in it. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + valueBytes(item[name] as Value);
  return bytes;
}

function valueBytes(value: Value): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined)
    return 3 + value.L.reduce((sum, item) => sum + 1 + valueBytes(item), 0);
  if (value.SS !== undefined)
    return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, text) => sum + numberBytes(text), 0);
  return 1;
}

function numberBytes(text: string): number {
  return (
    Math.ceil(text.replace(/^-|\.|^0+|0+$/g, "").length / 2) + 1 + (text.startsWith("-") ? 1 : 0)
  );
}

export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = { M: item as Record<string, Value> };
  for (const step of path)
    value = typeof step === "number" ? value?.L?.[step] : own(value?.M, step);
  return value;
}

function own(map: Record<string, Value> | undefined, name: string): Value | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** The item with another value at the path, or none. Parents must be there. */
export function withValue(item: Item, path: Path, value: Value | undefined): Item {
  return (changed({ M: item as Record<string, Value> }, path, value) as { M: Item }).M;
}

function changed(parent: Value | undefined, path: Path, value: Value | undefined): Value {
  const [step, ...rest] = path;
  if (typeof step === "string" && parent?.M !== undefined) {
    const map = { ...parent.M };
    const next = rest.length === 0 ? value : changed(own(map, step), rest, value);
    if (next === undefined) delete map[step];
    else map[step] = next;
    return { M: map };
  }
  if (typeof step === "number" && parent?.L !== undefined) {
    const list = [...parent.L];
    const next = rest.length === 0 ? value : changed(list[step], rest, value);
    if (next === undefined) list.splice(step, 1);
    else list[Math.min(step, list.length)] = next;
    return { L: list };
  }
  throw invalid("The document path provided in the update expression is invalid for update");
}

export function projected(item: Item, paths: readonly Path[]): Item {
  let part: Item = {};
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value === undefined) continue;
    for (let depth = 1; depth < path.length; depth++)
      if (valueAt(part, path.slice(0, depth)) === undefined)
        part = withValue(
          part,
          path.slice(0, depth),
          typeof path[depth] === "number" ? { L: [] } : { M: {} },
        );
    part = withValue(part, path, value);
  }
  return part;
}
