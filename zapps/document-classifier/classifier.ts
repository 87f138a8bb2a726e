// The classifier as the programs of three zapps use it: opened once, then asked for each document. predict.ts judges; model-file.ts keeps the model.
import { homedir } from "node:os";
import { join } from "node:path";
import { cachedFile, cachedModel, readModel, readModelIfThere } from "./model-file.ts";
import { type Predict, predictorOf } from "./predict.ts";
import { asRecord } from "./record.ts";
import { type Topic, topicOf } from "./topics.ts";

/** What a document's task becomes. */
export interface Verdict {
  readonly id: string;
  readonly title: string;
  /** The topic that its categories say; null where it has none. */
  readonly answer: Topic | null;
  readonly predicted: Topic;
  readonly confidence: number;
  readonly subtopic: string;
  readonly worker: string;
}

export interface Place {
  /** A model made by `zoe-classifier train`; without it, the project's own. */
  readonly model?: string;
  /** Where the project's own is kept once it is trained. */
  readonly cache?: string;
}

export async function openClassifier({ model, cache = OWN_CACHE }: Place): Promise<Predict> {
  if (model !== undefined && model !== "") return predictorOf(readModel(model));
  const inImage = readModelIfThere(cachedFile(IN_IMAGE));
  return predictorOf(inImage ?? (await cachedModel(cache)));
}

/** An image brings its model along: its Dockerfile has it learned here. */
const IN_IMAGE = join(import.meta.dirname, "model");
/** For who runs it by hand. */
const OWN_CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "zoe-classifier");

/** As Zoe tells its programs where they are. */
export function openHere(): Promise<Predict> {
  const { CLASSIFIER_MODEL: model, ZOE_CACHE_DIR: cache } = process.env;
  return openClassifier({ ...(model && { model }), ...(cache && { cache }) });
}

/** `within`: the topic is known already, and the sub-topic is wanted. */
export function classify(predict: Predict, task: unknown, within?: Topic): Verdict {
  const record = asRecord(task, "this task");
  const { topic, subtopic, confidence } = predict(record, within);
  return {
    id: record.id,
    title: record.title.replaceAll(/\s+/g, " ").trim(),
    answer: topicOf(record.categories) ?? null,
    predicted: topic,
    confidence: Math.round(confidence * 1000) / 1000,
    subtopic,
    worker: workerName(),
  };
}

export function workerName(): string {
  const { ZOE_SERVICE: service = "worker", ZOE_INSTANCE: instance = "0" } = process.env;
  return `${service}-${instance}`;
}
