// The second level, a worker of one topic's queue: finds the sub-topic within it.
import { classify, openHere } from "../document-classifier/classifier.ts";
import { TOPICS } from "../document-classifier/topics.ts";
import { run } from "../worker/zoe-worker.mjs";

const topic = TOPICS.find((one) => one === process.env.TOPIC);
if (topic === undefined)
  throw new Error(`Wanted TOPIC to be one of ${TOPICS.join(", ")}; got "${process.env.TOPIC}".`);

const predict = await openHere();
const { done, failed, reason } = await run((task) => classify(predict, task, topic));
console.log(`Found the sub-topics of ${done} documents, ${failed} failed; leaving: ${reason}.`);
