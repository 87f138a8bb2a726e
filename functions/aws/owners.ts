// Whose an execution is, as the keys of the work table begin: it never changes, and is asked for with every event.
import { keys, ownerOf, read } from "#functions/records.ts";
import type { Store } from "#functions/store.ts";

export type Owners = (executionId: string) => Promise<string | undefined>;

const REMEMBERED = 1000;

/** `tenant#zapp`. Told by what goes last when an execution is forgotten. */
export function ownersIn(store: Store): Owners {
  const known = new Map<string, string>();
  return async (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const item = await store.get(keys.spec(id));
    if (item === undefined) return undefined;
    const { tenant, source } = read.spec(item);
    const owner = ownerOf(tenant, source);
    if (known.size >= REMEMBERED) known.clear();
    known.set(id, owner);
    return owner;
  };
}
