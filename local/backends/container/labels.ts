// What is written on everything of ours in the container runtime: whose it is, so that what an earlier control plane left is found again.
import type { Leaver } from "#local/backends/engine/outputs.ts";
import type { Program } from "#local/backends/engine/runner.ts";

export const STATE = "zoe.state";
export const EXECUTION = "zoe.execution";
export const SCOPE = "zoe.scope";
const ID = "zoe.id";
const FOLDER = "zoe.folder";
const NOTE = "zoe.note";

export type Labels = Readonly<Record<string, string>>;

/** Of an instance's container. */
export function labelsOf({ id, request, folders, note }: Program, stateId: string): Labels {
  const { instance, tenant, user } = request;
  return {
    [STATE]: stateId,
    [ID]: id,
    [EXECUTION]: instance.executionId,
    "zoe.service": instance.service,
    "zoe.index": String(instance.index),
    "zoe.generation": String(instance.generation),
    "zoe.tenant": tenant,
    "zoe.user": user,
    [FOLDER]: folders.root,
    [NOTE]: JSON.stringify(note),
  };
}

/** Undefined for what is no instance: a door. */
export function programIn(
  labels: Labels,
): { readonly id: string; readonly folder: string; readonly note: Leaver } | undefined {
  const { [ID]: id, [FOLDER]: folder, [NOTE]: note } = labels;
  if (id === undefined || folder === undefined || note === undefined) return undefined;
  return { id, folder, note: JSON.parse(note) as Leaver };
}

/** Names in the runtime begin so: several state directories share one machine. */
export function prefixOf(stateId: string): string {
  return `zoe-${stateId.slice(0, 8)}`;
}
