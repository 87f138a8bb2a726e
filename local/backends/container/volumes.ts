// Volumes of a service: named ones of the runtime, by whose they are, and folders of this machine that the administrator has named.
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type Docker from "dockerode";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Volume } from "#shared/zapp/service.ts";
import { EXECUTION, type Labels, prefixOf, SCOPE, STATE } from "./labels.ts";

/** A folder of this machine that zapps may mount by this name. */
export interface HostVolume {
  readonly name: string;
  readonly folder: string;
  readonly readOnly: boolean;
}

export interface Mount {
  readonly Type: "bind" | "volume";
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/** Where a container holds what is Zoe's own. */
export const ZOE_FOLDER = "/zoe";
export const CACHE_FOLDER = "/zoe-cache";
const TAKEN = ["/", "/proc", "/sys", "/dev", ZOE_FOLDER, CACHE_FOLDER];

/** A sentence; undefined when all can be mounted. */
export function whyNoVolumes({ volumes, name }: LaunchRequest["service"]): string | undefined {
  for (const { name: volume, path } of volumes) {
    const place = posix.normalize(path).replace(/(.)\/$/, "$1");
    const isTaken = TAKEN.some(
      (taken) => place === taken || (taken !== "/" && place.startsWith(`${taken}/`)),
    );
    if (!place.startsWith("/") || isTaken)
      return `The volume "${volume}" of "${name}" can't be mounted at ${path}: name a whole path outside ${TAKEN.join(", ")}.`;
  }
  return undefined;
}

export class Volumes {
  readonly #docker: Docker;
  readonly #stateId: string;
  readonly #hostVolumes: readonly HostVolume[];
  readonly #making = new Map<string, Promise<unknown>>();

  constructor(docker: Docker, stateId: string, hostVolumes: readonly HostVolume[]) {
    this.#docker = docker;
    this.#stateId = stateId;
    this.#hostVolumes = hostVolumes;
  }

  async mountsOf(request: LaunchRequest): Promise<readonly Mount[]> {
    return Promise.all(request.service.volumes.map((volume) => this.#mount(request, volume)));
  }

  async #mount(request: LaunchRequest, volume: Volume): Promise<Mount> {
    const { name, path, readOnly, scope } = volume;
    const host = this.#hostVolumes.find((known) => known.name === name);
    if (host)
      return {
        ...{ Type: "bind", Source: host.folder, Target: path },
        ReadOnly: host.readOnly || readOnly,
      };
    const Source = this.#nameOf(request, volume);
    const { executionId } = request.instance;
    await this.#make(Source, {
      ...{ [STATE]: this.#stateId, [SCOPE]: scope },
      ...{ "zoe.tenant": request.tenant, "zoe.volume": name },
      ...(scope === "execution" && { [EXECUTION]: executionId }),
    });
    return { Type: "volume", Source, Target: path, ReadOnly: readOnly };
  }

  /** One that is there stays as it is. Podman refuses one that is asked for twice at the same time, as the nodes of a gang do. */
  #make(Name: string, labels: Labels): Promise<unknown> {
    const before = this.#making.get(Name);
    if (before !== undefined) return before;
    const making = this.#docker.createVolume({ Name, Labels: { ...labels } });
    this.#making.set(Name, making);
    const forget = () => this.#making.delete(Name);
    making.then(forget, forget);
    return making;
  }

  /** Whose it is stands in the name as a digest: no two owners have one name, whatever they are called. */
  #nameOf({ instance, tenant, user }: LaunchRequest, { name, scope }: Volume): string {
    const owners = {
      execution: [tenant, instance.executionId],
      user: [tenant, user],
      tenant: [tenant],
    } as const;
    const owner = createHash("sha256").update(JSON.stringify([scope, ...owners[scope]]));
    return `${prefixOf(this.#stateId)}-${scope}-${owner.digest("hex").slice(0, 16)}-${name}`;
  }

  /** Executions that have a volume of their own here. */
  async executions(): Promise<readonly string[]> {
    const volumes = await this.#ofExecutions();
    return [...new Set(volumes.flatMap(({ Labels }) => Labels[EXECUTION] ?? []))];
  }

  /** The execution is over: its volumes go. */
  async remove(executionId: string): Promise<void> {
    for (const { Name, Labels } of await this.#ofExecutions())
      if (Labels[EXECUTION] === executionId) await this.#docker.getVolume(Name).remove();
  }

  async #ofExecutions() {
    const label = [`${STATE}=${this.#stateId}`, `${SCOPE}=execution`];
    const { Volumes } = await this.#docker.listVolumes({
      filters: JSON.stringify({ label }),
    });
    return Volumes ?? [];
  }
}
