// A worker of the queue `documents`: each task is a record, each result its topic beside the known one.
import { run } from "../worker/zoe-worker.mjs";
import { classify, openHere } from "./classifier.ts";

const predict = await openHere();
const { done, failed, reason } = await run((task) => classify(predict, task));
console.log(`Classified ${done} documents, ${failed} could not be read; leaving: ${reason}.`);
