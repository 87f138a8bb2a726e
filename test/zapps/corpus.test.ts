// The corpus is what it says: enough of it, held out from what is learned, and in arXiv's form.
import { describe, expect, test } from "vitest";
import { abstractsIn, heldOut, trainingExamples } from "#zapps/document-classifier/corpus.ts";
import type { DocumentRecord } from "#zapps/document-classifier/record.ts";
import { heldOutSample, isMixed } from "#zapps/document-classifier/sample.ts";
import { primaryOf, TOPICS, topicOf } from "#zapps/document-classifier/topics.ts";

const TRAIN = abstractsIn("train");
const HELD_OUT = heldOut();
const ABSTRACTS = [...TRAIN, ...HELD_OUT];

test("at least 300 abstracts, each of 80 to 200 words", () => {
  expect(ABSTRACTS.length).toBeGreaterThanOrEqual(300);
  const lengths = ABSTRACTS.map(({ id, abstract }) => ({ id, words: wordsOf(abstract).length }));
  expect(lengths.filter(({ words }) => words < 80 || words > 200)).toEqual([]);
});

test("at least 100 of them are held out, of which at least 15 mix two topics", () => {
  expect(HELD_OUT.length).toBeGreaterThanOrEqual(100);
  const mixed = HELD_OUT.filter(({ id }) => id.startsWith("mixed"));
  expect(mixed.filter(isMixed).length).toBeGreaterThanOrEqual(15);
});

test("every record has an id of its own and a category of arXiv", () => {
  const records = [...trainingExamples().map(({ record }) => record), ...HELD_OUT];
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(records.filter(({ categories }) => primaryOf(categories) === undefined)).toEqual([]);
});

test("at most three sentences of what is held out share eight words with what is learned from", () => {
  const learned = new Set(
    trainingExamples().flatMap(({ record }) => sentencesOf(record).flatMap(eights)),
  );
  const shared = HELD_OUT.flatMap(sentencesOf).filter((sentence) =>
    eights(sentence).some((eight) => learned.has(eight)),
  );
  expect(shared.length, shared.join("\n")).toBeLessThanOrEqual(3);
});

describe("the sample for demonstrations", () => {
  const sample = heldOutSample();

  test("has twenty of each topic, and at least fifteen that mix two", () => {
    const counts = TOPICS.map((topic) => sample.filter((one) => topicOf(one.categories) === topic));
    expect(counts.map((records) => records.length)).toEqual([20, 20, 20, 20, 20]);
    expect(sample.filter(isMixed).length).toBeGreaterThanOrEqual(15);
    expect(new Set(sample.map(({ id }) => id)).size).toBe(100);
  });

  test("is always the same", () => {
    expect(heldOutSample()).toEqual(sample);
  });
});

function sentencesOf({ title, abstract }: DocumentRecord): string[] {
  return [title, ...abstract.split(/(?<=[.?!])\s+/)];
}

function eights(sentence: string): string[] {
  const words = wordsOf(sentence);
  return words.slice(7).map((_, index) => words.slice(index, index + 8).join(" "));
}

function wordsOf(text: string): string[] {
  return (
    text.toLowerCase().match(/[\p{Letter}\p{Number}]+(?:['’.-][\p{Letter}\p{Number}]+)*/gu) ?? []
  );
}
