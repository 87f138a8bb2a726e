// A worker of the queue `documents`: its results go on to the queue `rows`, as the zapp's route says.
import { classify, openHere } from "../document-classifier/classifier.ts";
import { run } from "../worker/zoe-worker.mjs";

const predict = await openHere();
const { done, failed, reason } = await run((task) => classify(predict, task));
console.log(`Classified ${done} documents, ${failed} could not be read; leaving: ${reason}.`);
