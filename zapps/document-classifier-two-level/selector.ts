// The first level, a worker of the queue `documents`: finds the topic, by which the zapp's route sends the document on.
import { classify, openHere } from "../document-classifier/classifier.ts";
import { run } from "../worker/zoe-worker.mjs";

const predict = await openHere();
const { done, failed, reason } = await run((task) => {
  const { subtopic, ...verdict } = classify(predict, task);
  return verdict;
});
console.log(`Found the topics of ${done} documents, ${failed} failed; leaving: ${reason}.`);
