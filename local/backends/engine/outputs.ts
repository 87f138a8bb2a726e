// What an instance leaves behind is kept: its output folder under its own name, and what its service declares in one flat folder of results.
import { openAsBlob } from "node:fs";
import { copyFile, glob, lstat, mkdir, realpath, rename } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesPrefix } from "#functions/files.ts";
import type { Objects } from "#functions/objects.ts";
import type { InstanceId } from "#shared/instance.ts";
import type { Service } from "#shared/zapp.ts";
import type { Folders } from "./folders.ts";
import { whyNotUrl } from "./urls.ts";

const UPLOAD_SECONDS = 3600;

/** Moves what lies in a finished folder under a prefix of keys: each file becomes an object. Answers with what can't be one. */
export type Adopt = (
  folder: string,
  prefix: string,
) => Promise<readonly { readonly path: string; readonly reason: string }[]>;

export interface OutputOptions {
  readonly objects: Pick<Objects, "stat"> & { readonly adopt: Adopt };
  readonly allowFileUrls: boolean;
  readonly allowLocalUrls: boolean;
}

/** All that is needed of an instance to keep its outputs; goes into the runner's journal. */
export interface Leaver {
  readonly instance: InstanceId;
  readonly label?: string;
  readonly outputs: Service["outputs"];
  /** Some of its exit codes are about its gang. */
  readonly isNode?: true;
}

/** Why outputs can't go there; undefined when they can. Asked before anything starts. */
export function whyNotTarget(
  to: string,
  options: Omit<OutputOptions, "objects">,
): string | undefined {
  if (to === "results") return undefined;
  if (!URL.canParse(to)) return `outputs go to "results" or to an http(s) address, not to "${to}"`;
  const url = new URL(to);
  if (url.protocol === "file:")
    return options.allowFileUrls
      ? undefined
      : "this engine may not write outputs to file addresses";
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `this engine can't write outputs to ${url.protocol}// addresses; take "results" or an http(s) address`;
  return options.allowLocalUrls ? undefined : whyNotUrl(url);
}

export class Outputs {
  readonly #options: OutputOptions;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Answers with remarks for the instance's own log. What failed keeps its files to itself: results are of those that succeeded. */
  async keep(leaver: Leaver, folders: Folders, succeeded: boolean): Promise<readonly string[]> {
    const { executionId, service } = leaver.instance;
    const remarks: string[] = [];
    const results = new Set<string>();
    for (const { path, to } of leaver.outputs) {
      const files = await filesAt(path, folders);
      if (files.length === 0 && succeeded) remarks.push(`no output matches ${path}`);
      for (const file of files) {
        if (!succeeded) await moveInto(folders.out, file);
        else if (to === "results") results.add(file.path);
        else await this.#send(file.path, to);
      }
    }
    if (results.size > 0)
      await this.#inTurn(executionId, () => this.#keepResults(leaver, folders, [...results]));
    const own = `${filesPrefix(executionId)}/${service}/${ownName(leaver)}`;
    const dropped = await this.#options.objects.adopt(folders.out, own);
    return [...remarks, ...dropped.map(({ path, reason }) => `${path} is not kept: ${reason}`)];
  }

  /** One instance of an execution at a time: names are looked up, then taken. */
  async #inTurn(executionId: string, act: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(executionId) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#turns.set(executionId, turn);
    await turn.finally(() => {
      if (this.#turns.get(executionId) === turn) this.#turns.delete(executionId);
    });
  }

  async #keepResults(leaver: Leaver, folders: Folders, paths: readonly string[]): Promise<void> {
    const prefix = `${filesPrefix(leaver.instance.executionId)}/results`;
    const staged = join(folders.root, "results");
    await mkdir(staged, { recursive: true });
    const taken = new Set<string>();
    for (const path of paths) {
      const name = await this.#freeName(prefix, leaver, basename(path), taken);
      taken.add(name);
      await rename(path, join(staged, name));
    }
    await this.#options.objects.adopt(staged, prefix);
  }

  async #freeName(
    prefix: string,
    leaver: Leaver,
    name: string,
    taken: ReadonlySet<string>,
  ): Promise<string> {
    const short = leaver.label === undefined ? String(leaver.instance.index) : plain(leaver.label);
    for (const candidate of [name, `${short}-${name}`]) {
      const isTaken =
        taken.has(candidate) || (await this.#options.objects.stat(`${prefix}/${candidate}`));
      if (!isTaken) return candidate;
    }
    return `${ownName(leaver)}-${taken.size}-${name}`;
  }

  async #send(path: string, to: string): Promise<void> {
    const url = new URL(encodeURIComponent(basename(path)), to.endsWith("/") ? to : `${to}/`);
    if (url.protocol === "file:") {
      await mkdir(dirname(fileURLToPath(url)), { recursive: true });
      return copyFile(path, fileURLToPath(url));
    }
    const signal = AbortSignal.timeout(UPLOAD_SECONDS * 1000);
    // A redirect could lead to what the check of the address refused.
    const response = await fetch(url, {
      method: "PUT",
      body: await openAsBlob(path),
      signal,
      redirect: "error",
    });
    await response.body?.cancel();
    if (!response.ok)
      throw new Error(`${url.origin} answers ${response.status} to the output ${basename(path)}`);
  }
}

interface Found {
  readonly path: string;
  /** Under the folder that it was found in. */
  readonly name: string;
}

/** Regular files that really lie in the instance's folders: a link could lead elsewhere, and what is found is moved away. */
async function filesAt(pattern: string, folders: Folders): Promise<readonly Found[]> {
  if (isAbsolute(pattern) || pattern.split("/").includes("..")) return [];
  const found: Found[] = [];
  for (const folder of [folders.work, folders.out]) {
    const cwd = await realpath(folder);
    for await (const name of glob(pattern, { cwd })) {
      const path = join(cwd, name);
      const isHere = (await realpath(dirname(path))) === dirname(path);
      if (isHere && (await lstat(path)).isFile()) found.push({ path, name });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function moveInto(out: string, { path, name }: Found): Promise<void> {
  const target = join(out, name);
  await mkdir(dirname(target), { recursive: true });
  await rename(path, target);
}

/** Labels needn't differ, so the index stands before. */
function ownName({ instance, label }: Leaver): string {
  return label === undefined ? String(instance.index) : `${instance.index}-${plain(label)}`;
}

const LONGEST_LABEL = 100;

/** A label as it can stand in a file's name. */
function plain(label: string): string {
  return label.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, LONGEST_LABEL);
}
