// Judges a record by a model: multinomial naive Bayes on two levels, the class as a whole and the likeliest category in it.
import type { Model } from "./model.ts";
import type { DocumentRecord } from "./record.ts";
import { type Place, placeOf, type Topic } from "./topics.ts";
import { termsOf } from "./words.ts";

export interface Prediction extends Place {
  /** Between 0 and 1: how sure the model is of the topic. */
  readonly confidence: number;
}

/** `within`: the topic is known, and only the sub-topic is asked for. */
export type Predict = (record: DocumentRecord, within?: Topic) => Prediction;

/** Added to every count, so that a term never seen with a class does not rule it out. */
const SMOOTHING = 0.3;

/**
 * Naive Bayes takes the terms of a text as independent, and is far too sure of itself. Its evidence counts for so much less that of the
 * predictions with confidence 0.8 about eight of ten are right, as measured on records it never saw.
 */
const EVIDENCE = 0.05;

/** A class of categories: a topic, a sub-topic, or one category alone. `classOf` gives the class of each category by its number. */
interface Level {
  readonly classOf: readonly number[];
  readonly totals: readonly number[];
}

export function predictorOf(model: Model): Predict {
  const terms = new Map(Object.entries(model.terms));
  const places = model.categories.map(knownPlace);
  const names = { topics: unique(places.map(topicName)), subtopics: unique(places.map(fullName)) };
  const categories = levelOf(terms, [...places.keys()]);
  const topics = levelOf(
    terms,
    places.map((place) => names.topics.indexOf(topicName(place))),
  );
  const subtopics = levelOf(
    terms,
    places.map((place) => names.subtopics.indexOf(fullName(place))),
  );

  return (record, within) => {
    const found = [...termsOf(record)].flatMap(([term, times]) => {
      const counts = terms.get(term);
      if (counts === undefined) return [];
      return [{ counts, times: times * rarity(counts, model.categories.length) }];
    });
    const single = evidence(categories, found, terms.size);
    const ofTopics = withLikeliest(evidence(topics, found, terms.size), topics, single);
    const topic = within ?? (names.topics[indexOfMost(ofTopics)] as Topic);
    const ofSubtopics = withLikeliest(evidence(subtopics, found, terms.size), subtopics, single);
    const own = ofSubtopics.map((score, index) =>
      names.subtopics[index]?.startsWith(`${topic}/`) ? score : Number.NEGATIVE_INFINITY,
    );
    const subtopic = names.subtopics[indexOfMost(own)]?.slice(topic.length + 1) ?? "";
    return { topic, subtopic, confidence: shareOf(names.topics.indexOf(topic), ofTopics) };
  };
}

interface Found {
  readonly counts: readonly number[];
  /** How often the text has it, less where it says little. */
  readonly times: number;
}

/** From nearly 0 for a term that all categories share to 1 for one that a single category has: every field trains networks today. */
function rarity(counts: readonly number[], categories: number): number {
  const having = counts.length / 2;
  return Math.log((categories + 1) / having) / Math.log(categories + 1);
}

/** The logarithm of how likely the text is in each class. */
function evidence(level: Level, found: readonly Found[], vocabulary: number): number[] {
  const scores = level.totals.map(() => 0);
  let length = 0;
  for (const { counts, times } of found) {
    length += times;
    for (const [index, count] of byClass(level, counts))
      scores[index] = (scores[index] ?? 0) + times * Math.log1p(count / SMOOTHING);
  }
  return scores.map((score, index) => {
    const total = level.totals[index] ?? 0;
    return score + length * Math.log(SMOOTHING / (total + SMOOTHING * vocabulary));
  });
}

/** A topic is many fields: its likeliest category speaks for it as much as all together. */
function withLikeliest(
  scores: readonly number[],
  level: Level,
  single: readonly number[],
): number[] {
  const best = scores.map(() => Number.NEGATIVE_INFINITY);
  for (const [category, score] of single.entries()) {
    const index = level.classOf[category] ?? 0;
    best[index] = Math.max(best[index] ?? score, score);
  }
  return scores.map((score, index) => score + (best[index] ?? 0));
}

function levelOf(terms: ReadonlyMap<string, readonly number[]>, classOf: readonly number[]): Level {
  const totals = Array.from({ length: Math.max(-1, ...classOf) + 1 }, () => 0);
  const level = { classOf, totals };
  for (const counts of terms.values())
    for (const [index, count] of byClass(level, counts))
      totals[index] = (totals[index] ?? 0) + count;
  return level;
}

function byClass(level: Level, counts: readonly number[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (let at = 0; at < counts.length; at += 2) {
    const index = level.classOf[counts[at] ?? 0] ?? 0;
    sums.set(index, (sums.get(index) ?? 0) + (counts[at + 1] ?? 0));
  }
  return sums;
}

/** How much of all evidence speaks for one class. */
function shareOf(index: number, scores: readonly number[]): number {
  const most = Math.max(...scores);
  const shares = scores.map((score) => Math.exp((score - most) * EVIDENCE));
  return (shares[index] ?? 0) / shares.reduce((sum, share) => sum + share, 0);
}

function indexOfMost(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

function knownPlace(category: string): Place {
  const place = placeOf(category);
  if (place === undefined)
    throw new Error(`The model names the category "${category}", unknown here.`);
  return place;
}

const topicName = ({ topic }: Place) => topic;
const fullName = ({ topic, subtopic }: Place) => `${topic}/${subtopic}`;

function unique<Name>(names: readonly Name[]): Name[] {
  return [...new Set(names)];
}
