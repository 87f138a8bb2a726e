// What a step makes of the row it meets: pure, so that the SQLite store and its twin in memory can't differ in it.

import type { Condition } from "#functions/store.ts";
import { itemBytes } from "#functions/store-rules.ts";
import { isExpired, type Row } from "./row.ts";
import type { Change, Step } from "./step.ts";

/** `absent`: the row is to be deleted. `kept`: nothing changes. `failed`: the condition does not hold. */
export type Applied =
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "absent" }
  | { readonly kind: "kept" }
  | { readonly kind: "failed" };

/** `stored` may be expired and still be there; `now` in Unix milliseconds. Throws where the row would pass a limit. */
export function apply(step: Step, stored: Row | undefined, now: number): Applied {
  const current = stored && !isExpired(stored.expiresAt, now) ? stored : undefined;
  if (step.condition && !holds(step.condition, current)) return { kind: "failed" };
  switch (step.kind) {
    case "put":
      return { kind: "row", row: { ...step.row, version: (current?.version ?? 0) + 1 } };
    case "update":
      return current ? { kind: "row", row: changed(current, step.change) } : { kind: "failed" };
    case "delete":
      return { kind: stored ? "absent" : "kept" };
    case "check":
      return { kind: "kept" };
  }
}

function holds(condition: Condition, row: Row | undefined): boolean {
  const { absent, exists, version, equals, below } = condition;
  if (absent && row) return false;
  if (row === undefined) return !exists && version === undefined && !equals && !below;
  if (version !== undefined && row.version !== version) return false;
  return !(equals || below) || fieldsHold(condition, JSON.parse(row.json));
}

function fieldsHold({ equals, below }: Condition, value: Record<string, unknown>): boolean {
  for (const field in equals) if (value[field] !== equals[field]) return false;
  for (const field in below) {
    const number = value[field];
    if (typeof number !== "number" || number >= (below[field] ?? Number.NaN)) return false;
  }
  return true;
}

function changed(row: Row, { add, set, listing, expiresAt }: Change): Row {
  const value = new Map<string, unknown>(Object.entries(JSON.parse(row.json)));
  for (const field in add) value.set(field, sum(value.get(field), add[field] ?? 0, field));
  for (const field in set) {
    if (set[field] === undefined) value.delete(field);
    else value.set(field, set[field]);
  }
  const json = JSON.stringify(Object.fromEntries(value));
  itemBytes(row, json);
  return {
    ...row,
    ...listing,
    json,
    version: row.version + 1,
    expiresAt: expiresAt ?? row.expiresAt,
  };
}

function sum(before: unknown, more: number, field: string): number {
  if (before === undefined) return more;
  if (typeof before === "number") return before + more;
  throw new TypeError(`An update adds to "${field}", which is no number.`);
}
