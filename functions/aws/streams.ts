// Where CloudWatch keeps what an instance writes: the driver names a stream by the container and the task.
import { LaunchBook } from "#functions/backends/launch-book.ts";
import { keys, read } from "#functions/records.ts";
import type { StreamOf } from "./logs.ts";
import type { WorldBase } from "./world.ts";

/** Of Batch's jobs only Batch itself knows the task: their streams are found when they have been looked at. */
export function streamsOver({ store }: Pick<WorldBase, "store">): StreamOf {
  const book = new LaunchBook(store);
  return async (instance) => {
    const [record] = await book.find([instance]);
    const id = record?.form === "tasks" ? record.ids[instance.index - record.from] : undefined;
    if (id === undefined) return undefined;
    const item = await store.get(keys.instance(instance));
    const hasEnded = item !== undefined && read.instance(item).state === "ended";
    return { stream: `zoe/program/${id.split("/").at(-1)}`, hasEnded };
  };
}
