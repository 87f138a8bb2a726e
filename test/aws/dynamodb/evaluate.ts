// Whether a condition holds of an item, and what an update makes of it.
import { compareUtf8 } from "#local/store/sorted-rows.ts";
import type { Change, Comparator, Condition, Operand, Term } from "./expression.ts";
import { invalid, invalidIn } from "./expression.ts";
import { type Item, typeOf, type Value, valueAt, withValue } from "./item.ts";
import { addNumbers, compareNumbers } from "./numbers.ts";
import type { Words } from "./words.ts";

export function holds(condition: Condition, item: Item, words: Words): boolean {
  const read = (operand: Operand) => operandOf(operand, item, words);
  switch (condition.kind) {
    case "and":
      return condition.parts.every((part) => holds(part, item, words));
    case "or":
      return condition.parts.some((part) => holds(part, item, words));
    case "not":
      return !holds(condition.part, item, words);
    case "exists":
      return valueAt(item, condition.path) !== undefined;
    case "notExists":
      return valueAt(item, condition.path) === undefined;
    case "compare":
      return compares(condition.comparator, read(condition.left), read(condition.right));
    case "between": {
      const value = read(condition.operand);
      return (
        compares(">=", value, read(condition.low)) && compares("<=", value, read(condition.high))
      );
    }
    case "in": {
      const value = read(condition.operand);
      return condition.among.some((one) => compares("=", value, read(one)));
    }
    case "beginsWith":
      return Boolean(
        valueAt(item, condition.path)?.S?.startsWith(read(condition.operand)?.S ?? "\0"),
      );
    case "contains":
      return contains(valueAt(item, condition.path), read(condition.operand));
    case "hasType": {
      const value = valueAt(item, condition.path);
      return value !== undefined && typeOf(value) === read(condition.operand)?.S;
    }
  }
}

function operandOf(operand: Operand, item: Item, words: Words): Value | undefined {
  if (operand.kind === "value") return words.value(operand.name);
  const value = valueAt(item, operand.path);
  if (operand.kind === "path" || value === undefined) return value;
  const size =
    value.S === undefined
      ? (value.B ?? value.L ?? Object.keys(value.M ?? {})).length
      : Buffer.byteLength(value.S);
  return { N: String(size) };
}

function compares(comparator: Comparator, a: Value | undefined, b: Value | undefined): boolean {
  if (comparator === "<>") return !compares("=", a, b);
  if (a === undefined || b === undefined || typeOf(a) !== typeOf(b)) return false;
  const order = orderOf(a, b);
  if (comparator === "=") return order === undefined ? isEqual(a, b) : order === 0;
  if (order === undefined) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

/** Undefined where the type has no order. */
export function orderOf(a: Value, b: Value): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareUtf8(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  return a.B !== undefined && b.B !== undefined ? Buffer.compare(a.B, b.B) : undefined;
}

function isEqual(a: Value, b: Value): boolean {
  const sorted = ({ SS, NS, ...rest }: Value) =>
    JSON.stringify([SS && [...SS].sort(), NS && [...NS].sort(), rest]);
  return sorted(a) === sorted(b);
}

function contains(value: Value | undefined, wanted: Value | undefined): boolean {
  if (value === undefined || wanted === undefined) return false;
  if (value.S !== undefined) return wanted.S !== undefined && value.S.includes(wanted.S);
  if (value.L !== undefined) return value.L.some((one) => compares("=", one, wanted));
  return (value.SS ?? value.NS ?? []).includes(wanted.S ?? wanted.N ?? "");
}

/** All terms are read from the item as it was. */
export function updated(changes: readonly Change[], item: Item, words: Words): Item {
  checkApart(changes);
  let result = item;
  // From the back, so that positions in lists keep their meaning.
  const removals = changes.filter(({ kind }) => kind === "remove").reverse();
  for (const change of [...changes.filter(({ kind }) => kind !== "remove"), ...removals])
    result = withValue(result, change.path, changeValue(change, item, words));
  return result;
}

function changeValue(change: Change, item: Item, words: Words): Value | undefined {
  if (change.kind === "remove") return undefined;
  if (change.kind === "set") return termOf(change.term, item, words);
  const before = valueAt(item, change.path);
  const more = words.value(change.value);
  if (change.kind === "delete") return without(before, more);
  if (more.N !== undefined) {
    if (before === undefined) return more;
    if (before.N === undefined) throw wrongType();
    return { N: addNumbers(before.N, more.N, 1) };
  }
  if (more.SS === undefined || (before !== undefined && before.SS === undefined)) throw wrongType();
  return { SS: [...new Set([...(before?.SS ?? []), ...more.SS])] };
}

function without(before: Value | undefined, less: Value): Value | undefined {
  if (less.SS === undefined || (before !== undefined && before.SS === undefined)) throw wrongType();
  const left = before?.SS?.filter((text) => !less.SS?.includes(text)) ?? [];
  return left.length === 0 ? undefined : { SS: left };
}

function termOf(term: Term, item: Item, words: Words): Value {
  switch (term.kind) {
    case "value":
      return words.value(term.name);
    case "size":
      throw invalidIn(
        "UpdateExpression",
        "The function is not allowed in an update expression; function: size",
      );
    case "path": {
      const value = valueAt(item, term.path);
      if (value !== undefined) return value;
      throw invalid(
        "The provided expression refers to an attribute that does not exist in the item",
      );
    }
    case "ifNotExists":
      return valueAt(item, term.path) ?? termOf(term.otherwise, item, words);
    case "append": {
      const [left, right] = [termOf(term.left, item, words).L, termOf(term.right, item, words).L];
      if (left === undefined || right === undefined) throw wrongType();
      return { L: [...left, ...right] };
    }
    case "sum": {
      const [left, right] = [termOf(term.left, item, words).N, termOf(term.right, item, words).N];
      if (left === undefined || right === undefined) throw wrongType();
      return { N: addNumbers(left, right, term.sign) };
    }
  }
}

function wrongType(): Error {
  return invalid("An operand in the update expression has an incorrect data type");
}

function checkApart(changes: readonly Change[]): void {
  const texts = changes.map(({ path }) => path);
  for (const [at, one] of texts.entries())
    for (const other of texts.slice(at + 1)) {
      const shorter = Math.min(one.length, other.length);
      if (one.slice(0, shorter).every((step, depth) => step === other[depth]))
        throw invalidIn(
          "UpdateExpression",
          `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one.join(", ")}], path two: [${other.join(", ")}]`,
        );
    }
}
