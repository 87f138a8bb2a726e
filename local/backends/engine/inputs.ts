// What lies in the work folder before a program starts: its inputs (uploads and downloads) and the small files of its description, read-only.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, copyFile, link, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { LaunchRequest } from "#functions/backend.ts";
import { checkKey, type Objects } from "#functions/objects.ts";
import { whyNotUrl } from "./urls.ts";

const DOWNLOAD_SECONDS = 3600;
const READ_ONLY = 0o444;
const READ_ONLY_PROGRAM = 0o555;

/** What a program was promised and can't be given: its instance fails with this. */
export class PreparationError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PreparationError";
    this.code = code;
  }
}

export interface InputOptions {
  /** Keeps what several instances of an execution ask for, while one of them lives. */
  readonly folder: string;
  readonly objects: Pick<Objects, "get">;
  /** The object of an upload that a tenant's submission names. */
  readonly uploadKey: (tenant: string, from: string) => string;
  readonly allowFileUrls: boolean;
  readonly allowLocalUrls: boolean;
}

/** What the instances of one execution share. A fetch goes on when the one that asked first is stopped: others wait for it. */
interface Shared {
  users: number;
  readonly copies: Map<string, Promise<string>>;
  readonly unused: AbortController;
}

export class Inputs {
  readonly #options: InputOptions;
  readonly #executions = new Map<string, Shared>();
  readonly #placed = new WeakSet<LaunchRequest>();

  constructor(options: InputOptions) {
    this.#options = options;
  }

  /** Puts everything in its place under `work`. Throws PreparationError, or the signal's reason. */
  async place(request: LaunchRequest, work: string, signal: AbortSignal): Promise<void> {
    const { inputs, files } = request.service;
    const shared = this.#use(request);
    for (const { from, to } of inputs) {
      const name = to.endsWith("/") ? to + nameOf(from) : to;
      const target = await placeIn(work, name);
      // One copy for all: whichever instance asks first fetches it.
      const copy = shared.copies.get(from) ?? this.#fetch(request, from, shared);
      const path = await orAborted(copy, signal);
      await link(path, target).catch(() => copyFile(path, target));
    }
    for (const [path, text] of Object.entries(files)) {
      const target = await placeIn(work, path);
      await writeFile(target, text);
      await chmod(target, text.startsWith("#!") ? READ_ONLY_PROGRAM : READ_ONLY);
    }
  }

  /** The instance has ended, whether anything was placed or not; with the last of an execution its copies go. */
  async release(request: LaunchRequest): Promise<void> {
    const { executionId } = request.instance;
    const shared = this.#executions.get(executionId);
    if (!shared || !this.#placed.delete(request) || --shared.users > 0) return;
    this.#executions.delete(executionId);
    if (shared.copies.size === 0) return;
    shared.unused.abort(new Error("No instance waits for this input any more."));
    await Promise.allSettled(shared.copies.values());
    if (this.#executions.has(executionId)) return;
    await rm(this.#copies(executionId), { recursive: true, force: true });
  }

  #use(request: LaunchRequest): Shared {
    const { executionId } = request.instance;
    const shared = this.#executions.get(executionId) ?? {
      users: 0,
      copies: new Map(),
      unused: new AbortController(),
    };
    shared.users++;
    this.#executions.set(executionId, shared);
    this.#placed.add(request);
    return shared;
  }

  #copies(executionId: string): string {
    return join(this.#options.folder, executionId);
  }

  #fetch(request: LaunchRequest, from: string, shared: Shared): Promise<string> {
    const copy = this.#fetchInto(request, from, shared.unused.signal);
    shared.copies.set(from, copy);
    copy.catch(() => shared.copies.delete(from));
    return copy;
  }

  async #fetchInto(request: LaunchRequest, from: string, signal: AbortSignal): Promise<string> {
    const hash = createHash("sha256").update(from).digest("hex");
    const path = join(this.#copies(request.instance.executionId), hash);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(path, { force: true });
    try {
      await this.#copy(request.tenant, from, path, signal);
    } catch (error) {
      if (error instanceof PreparationError) throw error;
      const message = `The input ${from} can't be read: ${reasonOf(error)}.`;
      throw new PreparationError("input", message, { cause: error });
    }
    await chmod(path, READ_ONLY);
    return path;
  }

  async #copy(tenant: string, from: string, path: string, signal: AbortSignal): Promise<void> {
    const url = isAddress(from) ? new URL(from) : undefined;
    if (url?.protocol === "http:" || url?.protocol === "https:")
      return this.#download(url, path, signal);
    if (url?.protocol === "file:" && this.#options.allowFileUrls)
      return copyFile(fileURLToPath(url), path);
    if (url)
      throw new PreparationError(
        "input",
        `The input ${from} can't be read: this engine reads uploads and http(s) addresses.`,
      );
    const key = this.#options.uploadKey(tenant, from);
    // No step of it leads to what is another tenant's.
    checkKey(key);
    const object = await this.#options.objects.get(key);
    if (!object)
      throw new PreparationError(
        "input",
        `The input "${from}" isn't there: it is no upload of this tenant and no address.`,
      );
    await pipeline(Readable.fromWeb(object.stream), createWriteStream(path), { signal });
  }

  async #download(url: URL, path: string, signal: AbortSignal): Promise<void> {
    const wanted = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_SECONDS * 1000)]);
    this.#refuse(url);
    const response = await fetch(url, { signal: limit });
    this.#refuse(new URL(response.url));
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
    const hash = createHash("sha256");
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(path), {
      signal: limit,
    });
    const came = hash.digest("hex");
    if (wanted && came !== wanted) throw new Error(`its SHA-256 is ${came}, not ${wanted}`);
  }

  #refuse(url: URL): void {
    const reason = this.#options.allowLocalUrls ? undefined : whyNotUrl(url);
    if (reason) throw new Error(reason);
  }
}

/** The promise's value, unless the signal comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function placeIn(work: string, path: string): Promise<string> {
  const target = resolve(work, path);
  const inside = relative(work, target);
  if (inside === "" || inside.startsWith(".."))
    throw new PreparationError(
      "input",
      `"${path}" doesn't lie in the work folder; give a relative path.`,
    );
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  return target;
}

function nameOf(from: string): string {
  const path = isAddress(from) ? decodeURIComponent(new URL(from).pathname) : from;
  return basename(path) || "input";
}

/** `upload:upl_01J...` is none, though a URL too. */
function isAddress(from: string): boolean {
  return from.includes("://") && URL.canParse(from);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
