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

export async function findFile(
  world: World,
  executionId: string,
  path: string,
): Promise<FoundObject | undefined> {
  return world.objects.get(`${filesPrefix(executionId)}/${path}`);
}
