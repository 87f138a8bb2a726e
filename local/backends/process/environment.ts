// The environment of a program: clean, the same in every engine, and nothing of the control plane's own.
import { dirname } from "node:path";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Folders } from "./folders.ts";

/** A plain `node worker.ts` must find the Node that runs Zoe. */
const PATH = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export interface Surroundings {
  /** The instance's own name in the process table: see spawner/processes.mjs. */
  readonly mark: string;
  readonly folders: Folders;
  readonly cacheFolder: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly runtimeUrl?: string;
}

/** A zapp may set PATH and the like for itself; what says where it is and who it is can't be overridden. */
export function environmentOf(
  request: LaunchRequest,
  around: Surroundings,
): Record<string, string> {
  const { instance, service } = request;
  return {
    PATH,
    LANG: "C.UTF-8",
    HOME: around.folders.home,
    TMPDIR: around.folders.tmp,
    ...request.environment,
    ...around.secrets,
    ZOE_WORK_DIR: around.folders.work,
    ZOE_OUTPUT_DIR: around.folders.out,
    ZOE_CACHE_DIR: around.cacheFolder,
    ZOE_EXECUTION_ID: instance.executionId,
    ZOE_SERVICE: instance.service,
    ZOE_INSTANCE: String(instance.index),
    ZOE_GENERATION: String(instance.generation),
    ZOE_INSTANCE_ID: around.mark,
    ...(service.run === "array" && { ZOE_ARRAY_INDEX: String(instance.index) }),
    ...(around.runtimeUrl !== undefined && { ZOE_RUNTIME_API: around.runtimeUrl }),
  };
}
