// Which held-out abstracts a demonstration takes: always the same, the topics equally often, some of them mixing two topics.
import { heldOut } from "./corpus.ts";
import type { DocumentRecord } from "./record.ts";
import { TOPICS, topicOf } from "./topics.ts";

/** In a hundred: more than fifteen that mix two topics. */
const MIXED_SHARE = 0.25;

export function heldOutSample(count = 100, records = heldOut()): DocumentRecord[] {
  const perTopic = Math.ceil(count / TOPICS.length);
  const chosen = TOPICS.map((topic) => {
    const own = records.filter((record) => topicOf(record.categories) === topic);
    const plain = own.filter((record) => !isMixed(record));
    const least = Math.max(Math.round(perTopic * MIXED_SHARE), perTopic - plain.length);
    const mixed = spread(own.filter(isMixed), least);
    return [...mixed, ...spread(plain, perTopic - mixed.length)];
  });
  return dealt(chosen).slice(0, count);
}

/** Its categories are of more than one topic. */
export function isMixed({ categories }: DocumentRecord): boolean {
  const topics = categories.split(" ").map(topicOf);
  return new Set(topics.filter((topic) => topic !== undefined)).size > 1;
}

/** So many of them, as far from each other as can be. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  const wanted = Math.min(count, items.length);
  return items.filter(
    (_, index) =>
      Math.floor((index * wanted) / items.length) !==
      Math.floor(((index - 1) * wanted) / items.length),
  );
}

/** One of each in turn. */
function dealt<Item>(hands: readonly (readonly Item[])[]): Item[] {
  const rounds = Math.max(0, ...hands.map((hand) => hand.length));
  return Array.from({ length: rounds }, (_, round) =>
    hands.flatMap((hand) => hand.slice(round, round + 1)),
  ).flat();
}
