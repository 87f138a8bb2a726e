// What the sidecars of instances that ended have noted.
import type { ToldOf } from "#functions/backends/aws-events.ts";
import type { Store } from "#functions/store.ts";
import { nodeId, readNote } from "./instance-note.ts";
import { ownersIn } from "./owners.ts";

/** `store` has the executions, `work` the notes. */
export function toldBySidecars(store: Store, work: Store): ToldOf {
  const owners = ownersIn(store);
  return async ({ executionId, index }, { id, place, bundle }) => {
    const owner = await owners(executionId);
    if (owner === undefined) return undefined;
    const own = place === "nodes" ? nodeId(id, index - bundle.from) : (id.split("/").at(-1) ?? id);
    return readNote(work, { owner, executionId, id: own });
  };
}
