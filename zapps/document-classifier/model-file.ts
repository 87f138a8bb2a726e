// Where a model lies: made once and kept, however many programs want it at the same moment. model.ts makes it, classifier.ts asks for it.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CORPUS, corpusFiles, trainingExamples } from "./corpus.ts";
import { type Model, train } from "./model.ts";
import { RecordError } from "./record.ts";

/** Changes whenever a model of the same corpus would differ: with what is learned from, and with how. */
export function fingerprint(folder = CORPUS): string {
  const code = ["words.ts", "model.ts", "corpus.ts", "topics.ts"];
  const files = [
    ...code.map((name) => join(import.meta.dirname, name)),
    ...corpusFiles("train", folder),
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** The project's own model. `cache` is a folder that all who want it share; the first of them trains, the others wait for it. */
export async function cachedModel(cache: string, make = ownModel): Promise<Model> {
  const file = cachedFile(cache);
  for (;;) {
    const model = readModelIfThere(file);
    if (model !== undefined) return model;
    if (takeLock(`${file}.lock`)) return trainInto(file, make);
    await setTimeout(LOOK_AGAIN_MS);
  }
}

export function cachedFile(cache: string): string {
  return join(cache, `classifier-${fingerprint()}.json`);
}

function ownModel(): Model {
  return train(trainingExamples());
}

function trainInto(file: string, make: () => Model): Model {
  const lock = `${file}.lock`;
  try {
    const made = readModelIfThere(file);
    if (made !== undefined) return made;
    const model = make();
    writeModel(file, model);
    return model;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

const LOOK_AGAIN_MS = 30;
/** Training takes about a second; whoever holds the lock for longer has died. */
const LOCK_IS_OLD_MS = 60_000;

function takeLock(lock: string): boolean {
  mkdirSync(dirname(lock), { recursive: true });
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > LOCK_IS_OLD_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Never half a file: it takes its name when it is whole. */
export function writeModel(file: string, model: Model): void {
  const unfinished = `${file}.${randomUUID()}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(unfinished, JSON.stringify(model));
  renameSync(unfinished, file);
}

export function readModel(file: string): Model {
  const model = readModelIfThere(file);
  if (model === undefined)
    throw new RecordError(
      `There is no model at ${file}; \`zoe-classifier train FILE --out ${file}\` makes one.`,
    );
  return model;
}

export function readModelIfThere(file: string): Model | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return parseModel(text, file);
}

function parseModel(text: string, file: string): Model {
  const wrong = `Wanted a model made by \`zoe-classifier train\`; ${file} is none.`;
  try {
    const model: unknown = JSON.parse(text);
    if (isModel(model)) return model;
  } catch (cause) {
    throw new RecordError(wrong, { cause });
  }
  throw new RecordError(wrong);
}

function isModel(value: unknown): value is Model {
  return (
    typeof value === "object" &&
    value !== null &&
    "categories" in value &&
    Array.isArray(value.categories) &&
    "terms" in value &&
    typeof value.terms === "object"
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
