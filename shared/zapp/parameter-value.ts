// One value against its parameter: what was wanted, in words, and what is wrong with it.
import { quote, under } from "#shared/fault.ts";
import { isRecord, isScalar } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { listing } from "./names.ts";
import type { WrittenParameter } from "./written-parameter.ts";

export interface WrongValue {
  /** Below the value itself: empty, or `/3` for an item. */
  readonly pointer: string;
  readonly detail: string;
}

export function wrongIn(parameter: WrittenParameter, value: unknown): WrongValue[] {
  if (parameter.type === "array" && Array.isArray(value)) return wrongItems(parameter, value);
  if (isRight(parameter, value)) return [];
  // A secret is never repeated, not even a wrong one.
  const came = parameter.type === "string" && parameter.secret ? "something else" : quote(value);
  return [{ pointer: "", detail: `Wanted ${wantedFor(parameter)}; got ${came}.` }];
}

/** As in "Wanted a whole number from 1 to 1000". */
export function wantedFor(parameter: WrittenParameter): string {
  switch (parameter.type) {
    case "string":
      return `a text${lengths(parameter)}${parameter.pattern === undefined ? "" : ` that matches ${parameter.pattern}`}`;
    case "integer":
      return `a whole number${bounds(parameter)}`;
    case "number":
      return `a number${bounds(parameter)}`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${listing(parameter.choices.map(String))}`;
    case "dataset":
      return "the name of a dataset";
    case "array":
      return `a list of ${items(parameter)}${counts(parameter)}`;
  }
}

type Parameter<Type extends WrittenParameter["type"]> = Extract<WrittenParameter, { type: Type }>;

function isRight(parameter: WrittenParameter, value: unknown): boolean {
  switch (parameter.type) {
    case "string":
      return typeof value === "string" && fitsText(parameter, value);
    case "integer":
      return Number.isSafeInteger(value) && fitsBounds(parameter, Number(value));
    case "number":
      return typeof value === "number" && Number.isFinite(value) && fitsBounds(parameter, value);
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return parameter.choices.some((choice) => choice === value);
    case "dataset":
      return typeof value === "string" && value.length > 0 && value.length <= LIMITS.line;
    case "array":
      return false;
  }
}

function fitsText(parameter: Parameter<"string">, value: string): boolean {
  const { pattern, minLength = 0, maxLength = LIMITS.text } = parameter;
  if (value.length < minLength || value.length > maxLength) return false;
  if (pattern === undefined) return true;
  return value.length <= LIMITS.patterned && new RegExp(pattern, "u").test(value);
}

function lengths({ pattern, minLength, maxLength }: Parameter<"string">): string {
  const max =
    pattern === undefined ? maxLength : Math.min(maxLength ?? LIMITS.patterned, LIMITS.patterned);
  if (minLength !== undefined && max !== undefined) return ` of ${minLength} to ${max} characters`;
  if (minLength !== undefined) return ` of at least ${minLength} characters`;
  return max === undefined ? "" : ` of at most ${max} characters`;
}

interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

function fitsBounds({ minimum, maximum }: Bounds, value: number): boolean {
  return (
    value >= (minimum ?? Number.NEGATIVE_INFINITY) && value <= (maximum ?? Number.POSITIVE_INFINITY)
  );
}

function bounds({ minimum, maximum }: Bounds): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? "" : ` of at most ${maximum}`;
}

const ITEMS = {
  string: ["a text", "texts"],
  integer: ["a whole number", "whole numbers"],
  number: ["a number", "numbers"],
  boolean: ["true or false", "true and false"],
  object: ["an object of texts and numbers", "objects of texts and numbers"],
} as const;

function items(parameter: Parameter<"array">): string {
  return ITEMS[parameter.items ?? "string"][1];
}

function counts({ minItems = 0, maxItems = LIMITS.listItems }: Parameter<"array">): string {
  return `, ${minItems} to ${Math.min(maxItems, LIMITS.listItems)} of them`;
}

function wrongItems(parameter: Parameter<"array">, value: readonly unknown[]): WrongValue[] {
  const { minItems = 0, maxItems = LIMITS.listItems } = parameter;
  if (value.length < minItems || value.length > Math.min(maxItems, LIMITS.listItems)) {
    return [{ pointer: "", detail: `Wanted ${wantedFor(parameter)}; got ${value.length}.` }];
  }
  const type = parameter.items ?? "string";
  return value.flatMap((item, index) => {
    if (isItem(type, item)) return [];
    return [{ pointer: under("", index), detail: `Wanted ${ITEMS[type][0]}; got ${quote(item)}.` }];
  });
}

function isItem(type: keyof typeof ITEMS, item: unknown): boolean {
  if (type === "integer") return Number.isSafeInteger(item);
  if (type === "number") return typeof item === "number" && Number.isFinite(item);
  if (type === "object") return isRecord(item) && Object.values(item).every(isScalar);
  return typeof item === type;
}
