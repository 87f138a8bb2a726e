// What the administrator says about containers at the start: which runtime, where images may be from, which folders may be mounted.
import { isAbsolute } from "node:path";
import type { LocalEnv } from "#shared/env.ts";
import { VisibleError } from "#shared/fault.ts";

export interface ContainerSettings {
  readonly dockerHost?: string;
  readonly userSockets?: string;
  readonly images?: readonly string[];
  readonly hostVolumes: readonly {
    readonly name: string;
    readonly folder: string;
    readonly readOnly: boolean;
  }[];
  readonly readOnlyRoot: boolean;
}

export function containerSettings(env: LocalEnv): ContainerSettings {
  const { DOCKER_HOST, XDG_RUNTIME_DIR, ZOE_IMAGES } = env;
  return {
    ...(DOCKER_HOST !== undefined && { dockerHost: DOCKER_HOST }),
    ...(XDG_RUNTIME_DIR !== undefined && { userSockets: XDG_RUNTIME_DIR }),
    ...(ZOE_IMAGES !== undefined && { images: listIn(ZOE_IMAGES) }),
    hostVolumes: listIn(env.ZOE_HOST_VOLUMES ?? "").map(hostVolumeIn),
    readOnlyRoot: env.ZOE_READ_ONLY_ROOT ?? false,
  };
}

function listIn(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function hostVolumeIn(text: string): ContainerSettings["hostVolumes"][number] {
  const [, name = "", folder = "", mode] = /^([^=]+)=(.+?)(?::(rw|ro))?$/.exec(text) ?? [];
  if (name !== "" && isAbsolute(folder)) return { name, folder, readOnly: mode !== "rw" };
  const detail = `ZOE_HOST_VOLUMES: wanted NAME=/folder or NAME=/folder:rw; got ${JSON.stringify(text)}.`;
  throw new VisibleError("invalid", detail, [{ pointer: "/ZOE_HOST_VOLUMES", detail }]);
}
