// What every engine is given, and the parts that it is made of.
import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Objects } from "#functions/objects.ts";
import { uploadKey as ownUploadKey } from "#functions/uploads.ts";
import type { Log } from "#functions/world.ts";
import { gangAgent } from "#local/gang-agent.ts";
import type { LocalLogs } from "#local/logs.ts";
import type { Amount } from "#shared/pool.ts";
import type { Keeper } from "./finish.ts";
import { FolderPool } from "./folders.ts";
import { Inputs } from "./inputs.ts";
import { type Adopt, Outputs } from "./outputs.ts";
import type { Preparation, Runtime, SecretValues } from "./prepare.ts";
import type { Emit } from "./reporter.ts";

export interface EngineOptions {
  /** The engine keeps to a folder of its own name in it. */
  readonly stateDirectory: string;
  /** What differs from what the machine has. */
  readonly capacity?: Partial<Amount>;
  readonly emit: Emit;
  readonly secrets: SecretValues;
  readonly runtime: Runtime;
  readonly objects: Pick<Objects, "get" | "stat"> & { readonly adopt: Adopt };
  readonly logs: LocalLogs;
  readonly now: () => number;
  readonly log: Log;
  /** The folder of the agent that keeps the nodes of gangs; by default it is built in the state directory. */
  readonly gangAgent?: () => Promise<string>;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds?: number;
  /** The object that an input of a tenant names; by default an upload of the tenant. */
  readonly uploadKey?: (tenant: string, from: string) => string;
  /** Inputs and outputs may be file:// addresses of this machine. */
  readonly allowFileUrls?: boolean;
  /** Inputs and outputs may be addresses that only this machine reaches. */
  readonly allowLocalUrls?: boolean;
}

/** Which engine it is, as far as its parts differ by that. */
export interface EngineForm {
  readonly name: string;
  /** As in `foldersIn`. */
  readonly inner: string;
}

/** Tells the programs of several state directories on one machine apart. */
export function stateIdOf(stateDirectory: string): string {
  return createHash("sha256").update(realpathSync(stateDirectory)).digest("hex").slice(0, 16);
}

export interface Parts {
  readonly root: string;
  readonly folders: FolderPool;
  readonly preparation: Preparation;
  readonly keeper: Keeper;
}

export function partsOf(
  options: EngineOptions,
  { name, inner }: EngineForm,
  stateId: string,
): Parts {
  const { objects, logs, log, secrets, runtime } = options;
  const { allowFileUrls = false, allowLocalUrls = false, uploadKey = keyOfUpload } = options;
  const root = join(options.stateDirectory, name);
  const folders = join(root, "folders");
  mkdirSync(folders, { recursive: true, mode: 0o700 });
  const urls = { allowFileUrls, allowLocalUrls };
  const inputs = new Inputs({ folder: join(root, "inputs"), objects, uploadKey, ...urls });
  const caches = { cacheRoot: join(root, "cache"), cachesMade: new Set<string>() };
  return {
    root,
    folders: new FolderPool(folders, inner),
    preparation: { stateId, inputs, secrets, runtime, ...caches, agent: once(options) },
    keeper: { outputs: new Outputs({ objects, ...urls }), logs, log },
  };
}

/** Built when the first gang comes; tried again when that failed. */
function once({ stateDirectory, gangAgent: given }: EngineOptions): () => Promise<string> {
  let folder: Promise<string> | undefined;
  return () => {
    folder ??= (given?.() ?? gangAgent(stateDirectory)).catch((error) => {
      folder = undefined;
      throw error;
    });
    return folder;
  };
}

/** Inputs name uploads as `upl_01J...` or `upload:upl_01J...`. */
function keyOfUpload(tenant: string, from: string): string {
  return ownUploadKey(tenant, from.replace(/^upload:/, ""));
}
