// The environment of a program: clean, the same in every engine, and nothing of the control plane's own.
import type { Program } from "./runner.ts";

/** Folders as the program itself sees them. */
export interface Places {
  readonly work: string;
  readonly home: string;
  readonly tmp: string;
  readonly out: string;
  readonly cache: string;
  /** Where commands are looked for; an image says it itself. */
  readonly path?: string;
}

/** A zapp may set PATH and the like for itself; what says where it is and who it is can't be overridden. */
export function environmentOf(
  { request, mark, secrets, runtimeUrl }: Program,
  places: Places,
): Record<string, string> {
  const { instance, service } = request;
  return {
    ...(places.path !== undefined && { PATH: places.path }),
    LANG: "C.UTF-8",
    HOME: places.home,
    TMPDIR: places.tmp,
    ...request.environment,
    ...secrets,
    ZOE_WORK_DIR: places.work,
    ZOE_OUTPUT_DIR: places.out,
    ZOE_CACHE_DIR: places.cache,
    ZOE_EXECUTION_ID: instance.executionId,
    ZOE_SERVICE: instance.service,
    ZOE_INSTANCE: String(instance.index),
    ZOE_GENERATION: String(instance.generation),
    ZOE_INSTANCE_ID: mark,
    ...(service.run === "array" && { ZOE_ARRAY_INDEX: String(instance.index) }),
    ...(runtimeUrl !== undefined && { ZOE_RUNTIME_API: runtimeUrl }),
  };
}
