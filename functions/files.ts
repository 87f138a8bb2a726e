// What instances left behind: files by path, under their execution. Engines put them there, people list and fetch them.
import type { FoundObject } from "./objects.ts";
import type { ListPage, ListRequest } from "./tenants.ts";
import type { World } from "./world.ts";

export interface KeptFile {
  /** Without the execution: `results/table.csv`, or `service/instance/its/own/path`. */
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: number;
}

/** Without a slash at its end. */
export function filesPrefix(executionId: string): string {
  return `executions/${executionId}/files`;
}

/** By path; `under` names a folder, or begins a name. */
export async function listFiles(
  world: World,
  executionId: string,
  { under = "", ...page }: ListRequest & { readonly under?: string },
): Promise<ListPage<KeptFile>> {
  const prefix = `${filesPrefix(executionId)}/`;
  const { objects, cursor } = await world.objects.list(prefix + under, page);
  const items = objects.map(({ key, size, modifiedAt }) => {
    return { path: key.slice(prefix.length), size, modifiedAt };
  });
  return { items, ...(cursor !== undefined && { cursor }) };
}

/** What is larger is read by a link, where the body has links: an answer of Lambda holds 6 MB, and bytes take a third more in it. */
const INLINE_BYTES = 4 * 1024 * 1024;
const LINK_SECONDS = 300;

/** Where the caller may read a large file herself; undefined where the API gives it. */
export async function linkToFile(
  { objects }: World,
  executionId: string,
  path: string,
): Promise<string | undefined> {
  if (objects.link === undefined) return undefined;
  const key = `${filesPrefix(executionId)}/${path}`;
  const found = await objects.stat(key);
  return found && found.size > INLINE_BYTES ? objects.link(key, LINK_SECONDS) : undefined;
}

export async function findFile(
  world: World,
  executionId: string,
  path: string,
): Promise<FoundObject | undefined> {
  return world.objects.get(`${filesPrefix(executionId)}/${path}`);
}
