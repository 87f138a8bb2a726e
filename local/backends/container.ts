// The container engine: each instance is a container of Docker or Podman, with a network for each execution, limits, and no privileges.
// Its port is engine/backend.ts; the life of an instance is engine/engine.ts; containers are started by container/runner.ts.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { VisibleError } from "#shared/fault.ts";
import { capabilitiesOf } from "./container/capabilities.ts";
import { ContainerRunner, socketFolderOf } from "./container/runner.ts";
import { findRuntime, type RuntimeChoice } from "./container/runtime.ts";
import { type HostVolume, whyNoVolumes } from "./container/volumes.ts";
import { type EngineBackend, openBackend } from "./engine/backend.ts";
import type { EngineOptions } from "./engine/options.ts";
import { whyNever } from "./engine/reject.ts";

export interface ContainerOptions extends EngineOptions, RuntimeChoice {
  /** Serves the runtime API at a socket too, to whoever can reach it: its folder is the state directory's. */
  readonly serveRuntimeAt: (socket: string) => Promise<void>;
  /** Folders of this machine that zapps may mount by name. */
  readonly hostVolumes?: readonly HostVolume[];
  /** As in `Capabilities`. */
  readonly images?: readonly string[];
  /** Every container's root file system is read-only. */
  readonly readOnlyRoot?: boolean;
}

export type ContainerBackend = EngineBackend<ContainerRunner>;

/** What an address of a socket can hold. */
const LONGEST_SOCKET = 107;

/** Resolves when it can launch: what an earlier control plane left running has been ended, and its events are on their way. Throws one sentence when there is no runtime. */
export async function containerBackend(options: ContainerOptions): Promise<ContainerBackend> {
  const { allowFileUrls = false, allowLocalUrls = false, log } = options;
  const { hostVolumes = [], readOnlyRoot = false } = options;
  const runtime = await findRuntime(options);
  const capabilities = capabilitiesOf(runtime, options.capacity, options.images);
  const backend = await openBackend(options, {
    ...{ name: "container", inner: "zoe", capabilities },
    whyRejected: ({ service, ...request }) =>
      whyNoImage(service) ??
      whyNoVolumes(service) ??
      whyNever({ service, ...request }, capabilities, { allowFileUrls, allowLocalUrls }),
    openRunner: ({ root, stateId, tell }) =>
      new ContainerRunner({
        ...{ runtime, root, stateId, tell, log },
        ...{ hostVolumes, readOnlyRoot },
      }),
  });
  await serveRuntime(options, join(options.stateDirectory, "container"));
  return backend;
}

async function serveRuntime({ serveRuntimeAt }: ContainerOptions, root: string): Promise<void> {
  const socket = join(socketFolderOf(root), "runtime.sock");
  if (Buffer.byteLength(socket) > LONGEST_SOCKET)
    throw new VisibleError(
      "invalid",
      `The path of the state directory is too long for a socket in it (${socket}): name a shorter one with --state.`,
    );
  await rm(socket, { force: true });
  await serveRuntimeAt(socket);
}

function whyNoImage({
  name,
  image,
}: {
  name: string;
  image?: string | undefined;
}): string | undefined {
  return image === undefined
    ? `The service "${name}" has no image, and the container engine runs images.`
    : undefined;
}
