// What instances used, as their sidecars have noted it.
import type { Measured } from "#functions/backends/aws-events.ts";
import type { Store } from "#functions/store.ts";
import { nodeId, readNote } from "./instance-note.ts";
import { ownersIn } from "./owners.ts";

/** `store` has the executions, `work` the notes. */
export function notedBySidecars(store: Store, work: Store): Measured {
  const owners = ownersIn(store);
  return async ({ executionId, index }, { id, place, bundle }) => {
    const owner = await owners(executionId);
    if (owner === undefined) return undefined;
    const own = place === "nodes" ? nodeId(id, index - bundle.from) : (id.split("/").at(-1) ?? id);
    return (await readNote(work, { owner, executionId, id: own }))?.used;
  };
}
