// Where CloudWatch keeps what an instance writes: the driver names a stream by the container and the task.
import { idAt } from "#functions/backends/family.ts";
import { LaunchBook, type LaunchRecord } from "#functions/backends/launch-book.ts";
import { keys, read } from "#functions/records.ts";
import type { InstanceId } from "#shared/instance.ts";
import { nodeId, readNote } from "./instance-note.ts";
import type { StreamOf } from "./logs.ts";
import { ownersIn } from "./owners.ts";
import type { WorldBase } from "./world.ts";

/** Of Batch's jobs only who runs in them knows the task: the sidecar has noted it. */
export function streamsOver({ store, work }: Pick<WorldBase, "store" | "work">): StreamOf {
  const book = new LaunchBook(store);
  const owners = ownersIn(store);
  const taskOf = async (record: LaunchRecord, { executionId, index }: InstanceId) => {
    const id = idAt(record, index);
    if (id === undefined) return undefined;
    if (record.form === "tasks") return id.split("/").at(-1);
    const owner = await owners(executionId);
    if (owner === undefined) return undefined;
    const own = record.form === "nodes" ? nodeId(id, index - record.from) : id;
    return (await readNote(work, { owner, executionId, id: own }))?.task;
  };
  return async (instance) => {
    const [record] = await book.find([instance]);
    const task = record && (await taskOf(record, instance));
    if (task === undefined) return undefined;
    const item = await store.get(keys.instance(instance));
    const hasEnded = item !== undefined && read.instance(item).state === "ended";
    return { stream: `zoe/program/${task}`, hasEnded };
  };
}
