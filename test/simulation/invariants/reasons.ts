// Invariant 8: whatever waits has a reason that names what is missing, and it is true. Looked at when nothing moves any more.

import type { Waiting } from "#functions/records.ts";
import type { WaitReason } from "#shared/execution.ts";
import { type Ask, NOTHING, plus, times } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Limits } from "./held.ts";

export interface Standstill {
  readonly held: ReadonlyMap<string, Amount>;
  readonly limits: Limits;
  /** Better ones of the same user in the waiting list. */
  readonly ahead: number;
  /** Somebody else waits for longer than the patience: a pool may be kept free. */
  readonly mayBeKept: boolean;
  readonly openTasks: number;
  /** What it waits for, before it stands in line; undefined: for no other. */
  readonly awaited?: { readonly live: number };
}

/** What is wrong with what a queued execution is told; `row` its place in the waiting list, if it has one. */
export function wrongReason(
  reasons: readonly WaitReason[],
  row: Waiting | undefined,
  still: Standstill,
): string | undefined {
  const [first] = reasons;
  if (first === undefined || first.text === "") return "It waits without a reason.";
  if (still.awaited !== undefined) {
    if (row !== undefined) return "It stands in line, and waits for others.";
    if (still.awaited.live === 0) return "It waits for others, and all of them have ended.";
    return wrongCode(first, ["dependency"]);
  }
  if (row === undefined)
    return first.code === "noTasks" && still.openTasks > 0
      ? `It is said to have no tasks, and has ${still.openTasks}.`
      : wrongCode(first, ["noTasks"]);
  // Only the first in line is told what is missing; the others, who is before them.
  if (still.ahead > 0) return undefined;
  const missing = missingFor(row, still);
  if (missing.length === 0 && !still.mayBeKept) return `It fits, and waits: "${first.text}"`;
  if (missing.length === 0) return wrongCode(first, ["kept", "behind"]);
  if (!/\d/.test(first.text)) return `The reason has no numbers: "${first.text}"`;
  return wrongCode(first, [...missing, "kept"]);
}

function wrongCode({ code, text }: WaitReason, allowed: readonly string[]): string | undefined {
  if (allowed.includes(code)) return undefined;
  return `The reason is ${code}, "${text}"; true would be ${allowed.join(" or ")}.`;
}

const CODES: Readonly<Record<string, string>> = {
  pool: "pool",
  tenant: "tenantQuota",
  user: "userQuota",
  group: "shareMax",
};

/** The codes of all that is short: for its essential instances together, or for a first elastic one. */
export function missingFor(row: Waiting, { held, limits }: Standstill): string[] {
  const essential = row.asks.filter((ask) => ask.essential > 0);
  if (essential.length > 0)
    return shortOf(
      row,
      essential.map((ask) => [ask, ask.essential]),
      held,
      limits,
    );
  const first = row.asks.filter((ask) => ask.ready && ask.want > 0);
  const each = first.map((ask) => shortOf(row, [[ask, 1]], held, limits));
  return each.some((short) => short.length === 0) ? [] : each.flat();
}

function shortOf(
  row: Waiting,
  wanted: readonly (readonly [Ask, number])[],
  held: ReadonlyMap<string, Amount>,
  limits: Limits,
): string[] {
  const needs = new Map<string, Amount>();
  for (const [ask, n] of wanted) {
    const accounts = [
      `pool:${ask.backend}`,
      `tenant:${row.tenant}`,
      `user:${row.tenant}#${row.user}`,
    ];
    for (const account of accounts)
      needs.set(account, plus(needs.get(account) ?? NOTHING, times(ask.shape, n)));
  }
  return [...needs].flatMap(([account, need]) => {
    const limit = limits.get(account) ?? {};
    const used = held.get(account) ?? NOTHING;
    const isShort = (["instances", "cpu", "memoryMib", "gpu"] as const).some(
      (resource) =>
        need[resource] > 0 && used[resource] + need[resource] > (limit[resource] ?? Infinity),
    );
    return isShort ? [CODES[account.split(":")[0] ?? ""] ?? "pool"] : [];
  });
}
