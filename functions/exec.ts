// A command beside a program that runs: in its container, as its user, within its limits.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import { type InstanceId, instanceName } from "#shared/instance.ts";
import type { Principal } from "#shared/principal.ts";
import type { ExecReply } from "./backend.ts";
import { idOf, liveInstances } from "./instances.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

export interface ExecWish {
  /** The first that has a running instance, when it isn't said. */
  readonly service?: string | undefined;
  readonly index?: number | undefined;
  readonly words: readonly string[];
}

export type Executed = Extract<ExecReply, { kind: "ended" }> & { readonly instance: InstanceId };

/** Throws `VisibleError` when nothing runs there, or programs there can't be entered. */
export async function exec(
  world: World,
  { role }: Pick<Principal, "role">,
  execution: Execution,
  wish: ExecWish,
): Promise<Executed> {
  const { instance, backendName } = await findRunning(world, execution, wish);
  const backend = world.backends.find(({ name }) => name === backendName);
  if (backend?.exec === undefined) throw cantBeEntered(instance, backendName);
  if (backend.capabilities.catalogueOnly && role !== "administrator")
    throw new VisibleError(
      "forbidden",
      `The ${backendName} engine has no sandbox: commands of one's own run there only for an administrator.`,
    );
  const reply = await backend.exec(instance, wish.words);
  switch (reply.kind) {
    case "ended":
      return { ...reply, instance };
    case "missing":
      throw notRunning(execution, wish);
    case "closed":
      throw cantBeEntered(instance, backendName);
    case "late":
      throw new VisibleError(
        "conflict",
        `The command ran for ${reply.seconds} s, the longest that one may, and nothing waits for it any more. Let it write into a file, and look later.`,
      );
  }
}

function cantBeEntered(instance: InstanceId, backendName: string): VisibleError {
  return new VisibleError(
    "unsupported",
    `${instanceName(instance)} runs on the ${backendName} engine, whose programs can't be entered, but for nodes of gangs; with --engine container they can.`,
  );
}

async function findRunning(
  world: World,
  execution: Execution,
  wish: ExecWish,
): Promise<{ readonly instance: InstanceId; readonly backendName: string }> {
  const { service, index } = wish;
  for (const placement of await readPlacements(world, execution)) {
    if (service !== undefined && placement.service !== service) continue;
    const live = await liveInstances(world, placement);
    const found = live.find(
      (one) => one.state === "running" && (index === undefined || one.index === index),
    );
    if (found) return { instance: idOf(found), backendName: placement.backend };
  }
  throw notRunning(execution, wish);
}

function notRunning({ id }: Execution, { service, index }: ExecWish): VisibleError {
  const what = service === undefined ? "no instance" : `no instance ${index ?? ""} of "${service}"`;
  const text = `In execution ${id} ${what.replace("  ", " ")} runs now: see its instances.`;
  return new VisibleError("conflict", text);
}
