// Which execution is meant: by its id, the end of its id, its name, or `last`.

import { VisibleError } from "#shared/fault.ts";
import type { Session } from "./cli.ts";
import { firstItems } from "./client/pages.ts";

const WHOLE_ID = /^exe_[0-9A-Za-z]{20,40}$/;
const LEAST_END = 4;
/** The newest so many are looked through for a name or the end of an id. */
const MOST_LOOKED_AT = 2000;

export async function findExecution({ client }: Session, wanted: string): Promise<string> {
  if (WHOLE_ID.test(wanted)) return wanted;
  if (wanted === "last") return newest(client);
  const { items } = await firstItems(client.executions({}), MOST_LOOKED_AT);
  const named = items.filter(({ name }) => name === wanted);
  const ending = items.filter(({ id }) => wanted.length >= LEAST_END && id.endsWith(wanted));
  const [found, ...others] = named.length > 0 ? named : ending;
  if (found === undefined) {
    throw new VisibleError(
      "notFound",
      `No execution has the id, name or end of an id "${wanted}"; \`zoe ls\` lists them.`,
    );
  }
  if (others.length > 0) {
    const ids = [found, ...others].slice(0, 5).map(({ id }) => id);
    throw new VisibleError(
      "conflict",
      `${others.length + 1} executions are called "${wanted}": ${ids.join(", ")}. Say which by its id.`,
    );
  }
  return found.id;
}

async function newest(client: Session["client"]): Promise<string> {
  const { you } = await client.info();
  const { items } = await firstItems(client.executions({ user: you.user, limit: 1 }), 1);
  const [last] = items;
  if (last !== undefined) return last.id;
  throw new VisibleError("notFound", "You have no executions yet: `zoe run hello` makes one.");
}
