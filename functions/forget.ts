// Forgets an ended execution when its retention is over: records, results, logs and files. Safe to repeat.
import type { Execution } from "#shared/execution.ts";
import { DAY_MS } from "./finish.ts";
import { gangSecretName } from "./gang-request.ts";
import { forgetNumber } from "./numbers.ts";
import { keys, read } from "./records.ts";
import { queryAll } from "./scheduler/snapshot.ts";
import type { Key } from "./store.ts";
import { secretName } from "./submit.ts";
import type { World } from "./world.ts";

/** Deletes written together. */
const TOGETHER = 90;

/** False when somebody moved first. The execution itself goes first, so that no retry can bring it back half gone; the due record finds the rest. */
export async function forget(world: World, executionId: string): Promise<boolean> {
  const item = await world.store.get(keys.execution(executionId));
  if (item !== undefined && !isDue(world, read.execution(item))) return true;
  if (item !== undefined) {
    const reply = await world.store.transact([
      { kind: "delete", key: item, condition: { version: item.version } },
      ...forgetNumber(read.execution(item)),
    ]);
    if (reply.kind !== "committed") return false;
  }
  if (item !== undefined) await forgetSecrets(world, read.execution(item));
  await world.tasks.drop(executionId);
  await world.logs.forget(executionId);
  await world.objects.delete(`executions/${executionId}/`);
  const moves = await queryAll(world, { pk: `moves#${executionId}` });
  const records = await queryAll(world, { pk: `exe#${executionId}` });
  return await deleteAll(world, [...moves, ...records]);
}

/** Of its secret parameters and its gang. */
async function forgetSecrets(world: World, { id, tenant }: Execution): Promise<void> {
  const spec = await world.store.get(keys.spec(id));
  const parameters = spec === undefined ? [] : read.spec(spec).zapp.secretParameters;
  const names = [...parameters.map((name) => secretName(id, name)), gangSecretName(id)];
  await Promise.all(names.map((name) => world.secrets.delete(tenant, name)));
}

/** A retry brings an ended one back, and begins its retention anew. */
function isDue(world: World, { state, endedAt = 0 }: Execution): boolean {
  return state === "ended" && endedAt + world.settings.retentionDays * DAY_MS <= world.now();
}

async function deleteAll(world: World, doomed: readonly Key[]): Promise<boolean> {
  let isAll = true;
  for (let at = 0; at < doomed.length; at += TOGETHER) {
    const batch = doomed.slice(at, at + TOGETHER);
    const reply = await world.store.transact(
      batch.map(({ pk, sk }) => ({ kind: "delete", key: { pk, sk } })),
    );
    isAll &&= reply.kind === "committed";
  }
  return isAll;
}
