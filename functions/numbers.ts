// Whole numbers for executions, counted by tenant: what Slurm's commands and those who parse them call a job. Only who asks for one takes part, so
// that no other submission waits for the counter. `submit.ts` takes them, `forget.ts` gives none back.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import { keys, numberKey } from "./records.ts";
import type { Action } from "./store.ts";
import type { World } from "./world.ts";

/** Who loses a race takes the next: among so many at once, each gets a turn. */
const TRIES = 100;

/** The first of `count` consecutive numbers. What is refused afterwards leaves a gap; no number is given twice. */
export async function takeNumbers(
  world: World,
  tenant: string,
  count: number | undefined,
): Promise<number | undefined> {
  if (count === undefined) return undefined;
  const key = keys.counter(tenant);
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const item = await world.store.get(key);
    const first = item === undefined ? 1 : Number(item.value.next);
    const condition = item === undefined ? { absent: true as const } : { version: item.version };
    const reply = await world.store.transact([
      { kind: "put", item: { ...key, value: { next: first + count } }, condition },
    ]);
    if (reply.kind === "committed") return first;
  }
  throw new VisibleError("unavailable", "Too many submissions ask for a number: send it again.");
}

/** Where its number leads to it. */
export function numberActions({ id, tenant, number, numbers = 1 }: Execution): Action[] {
  if (number === undefined) return [];
  const value = { executionId: id, numbers };
  return [{ kind: "put", item: { ...keys.number(tenant, number), value } }];
}

export function forgetNumber({ tenant, number }: Execution): Action[] {
  return number === undefined ? [] : [{ kind: "delete", key: keys.number(tenant, number) }];
}

/** The execution that has this number among its own. */
export async function idOfNumber(
  world: World,
  tenant: string,
  number: number,
): Promise<string | undefined> {
  const { pk, sk } = keys.number(tenant, number);
  const before = { pk, to: numberKey(number + 1), reverse: true, limit: 1 };
  const item = (await world.store.query(before)).items[0];
  if (item === undefined) return undefined;
  const { executionId, numbers } = item.value;
  const isWithin = Number(sk) < Number(item.sk) + Number(numbers);
  return isWithin ? String(executionId) : undefined;
}
