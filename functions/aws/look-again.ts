// While an execution's queues are open it is looked at every few seconds, by a delayed message: sidecars record outcomes and tell no function. Lost, the sweep begins anew.
import type { Key } from "#functions/store.ts";
import { readExecution } from "#functions/view.ts";
import type { World } from "#functions/world.ts";

const DAY_MS = 86_400_000;

const keyOf = (executionId: string): Key => ({ pk: `exe#${executionId}`, sk: "look" });

/** However many ask for it, one look is on its way at a time. */
export async function lookAgainSoon(world: World, executionId: string): Promise<void> {
  const execution = await readExecution(world, executionId);
  if (execution === undefined || execution.queues.length === 0) return;
  if (execution.state === "queued" || execution.state === "ended") return;
  const key = keyOf(executionId);
  const found = await world.store.get(key);
  if (found && Number(found.value.at) > world.now()) return;
  const { tickSeconds } = world.settings;
  const at = world.now() + tickSeconds * 1000;
  const item = { ...key, value: { at }, expiresAt: at + DAY_MS };
  const condition = found ? { version: found.version } : ({ absent: true } as const);
  const reply = await world.store.transact([{ kind: "put", item, condition }]);
  if (reply.kind !== "committed") return;
  await world.queues.tick.send([{ executionId }], { delaySeconds: tickSeconds });
}
