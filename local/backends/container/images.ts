// Images: looked up in the runtime, pulled where missing with its progress told, and fixed for an execution when its first instance starts.
import type Docker from "dockerode";
import { PreparationError } from "#local/backends/engine/inputs.ts";
import { wholeImageName } from "#shared/image.ts";

const PULL_SECONDS = 3600;
const PROGRESS_MS = 3000;
/** Executions whose images are fixed; those before are looked up again. */
const PINNED = 10_000;
const MIB = 1024 * 1024;

export interface Image {
  readonly id: string;
  readonly hasFolder: boolean;
}

export interface ImageWish {
  readonly image: string;
  readonly pull: "newest" | "pinned";
  readonly executionId: string;
}

/** Progress of a pull, a sentence now and then. */
export type TellProgress = (text: string) => void;

interface Pull {
  readonly done: Promise<void>;
  readonly listeners: Set<TellProgress>;
}

export class Images {
  readonly #docker: Docker;
  /** One pull at a time of each image, however many instances wait for it. */
  readonly #pulls = new Map<string, Pull>();
  readonly #pinned = new Map<string, Promise<Image>>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** Throws PreparationError with what the registry says. */
  async get({ image, pull, executionId }: ImageWish, tell: TellProgress): Promise<Image> {
    const name = wholeImageName(image);
    if (pull === "newest") return this.#newest(name, tell);
    const key = `${executionId} ${name}`;
    const pinned = this.#pinned.get(key) ?? this.#pin(key, name, tell);
    return pinned;
  }

  #pin(key: string, name: string, tell: TellProgress): Promise<Image> {
    const image = this.#present(name, tell);
    this.#pinned.set(key, image);
    image.catch(() => this.#pinned.delete(key));
    for (const oldest of this.#pinned.keys()) {
      if (this.#pinned.size <= PINNED) break;
      this.#pinned.delete(oldest);
    }
    return image;
  }

  async #present(name: string, tell: TellProgress): Promise<Image> {
    const found = await this.#find(name);
    if (found) return found;
    await this.#pull(name, tell);
    const pulled = await this.#find(name);
    if (!pulled)
      throw new PreparationError("image", `The image ${name} was pulled and isn't there.`);
    return pulled;
  }

  /** What the tag means now; where no registry answers, what is here. */
  async #newest(name: string, tell: TellProgress): Promise<Image> {
    try {
      await this.#pull(name, tell);
    } catch (error) {
      const here = await this.#find(name);
      if (!here) throw error;
      tell(`${(error as Error).message} Taking the one that is here`);
      return here;
    }
    return this.#present(name, tell);
  }

  async #find(name: string): Promise<Image | undefined> {
    try {
      const { Id, Config } = await this.#docker.getImage(name).inspect();
      return { id: Id, hasFolder: (Config.WorkingDir ?? "") !== "" && Config.WorkingDir !== "/" };
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }

  async #pull(name: string, tell: TellProgress): Promise<void> {
    const pull = this.#pulls.get(name) ?? this.#beginPull(name);
    pull.listeners.add(tell);
    try {
      await pull.done;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `The image ${name} can't be pulled: ${why.trim().replace(/\.$/, "")}.`;
      throw new PreparationError("image", message, { cause });
    } finally {
      pull.listeners.delete(tell);
    }
  }

  #beginPull(name: string): Pull {
    const listeners = new Set<TellProgress>();
    const tellAll = (text: string) => {
      for (const tell of listeners) tell(text);
    };
    const done = pullImage(this.#docker, name, tellAll).finally(() => this.#pulls.delete(name));
    const pull = { done, listeners };
    this.#pulls.set(name, pull);
    return pull;
  }
}

interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

async function pullImage(docker: Docker, name: string, tell: TellProgress): Promise<void> {
  const abortSignal = AbortSignal.timeout(PULL_SECONDS * 1000);
  const stream = await docker.pull(name, { abortSignal });
  const layers = new Map<string, { current: number; total: number }>();
  let toldAt = performance.now();
  let failure: string | undefined;
  const take = (line: PullLine) => {
    failure ??= line.error;
    const { current = 0, total = 0 } = line.progressDetail ?? {};
    if (line.id !== undefined && total > 0) layers.set(line.id, { current, total });
    if (performance.now() < toldAt + PROGRESS_MS) return;
    toldAt = performance.now();
    tell(`pulling ${name}: ${progressOf(layers)}`);
  };
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(
      stream,
      (error: Error | null) => (error ? reject(error) : resolve()),
      take,
    ),
  );
  if (failure !== undefined) throw new Error(failure);
}

function progressOf(layers: ReadonlyMap<string, { current: number; total: number }>): string {
  const sizes = [...layers.values()];
  if (sizes.length === 0) return "waiting for the registry";
  const sum = (of: (size: { current: number; total: number }) => number) =>
    Math.round(sizes.reduce((all, size) => all + of(size), 0) / MIB);
  return `${sum(({ current }) => current)} of ${sum(({ total }) => total)} MiB`;
}
