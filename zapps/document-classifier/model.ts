// What is learned: how often each term occurs in each category. corpus.ts brings the examples, predict.ts judges by the counts.
import { type DocumentRecord, RecordError } from "./record.ts";
import { primaryOf } from "./topics.ts";
import { termsOf } from "./words.ts";

export interface Example {
  readonly record: DocumentRecord;
  /** How much it counts. */
  readonly weight: number;
}

/** For each term pairs of numbers: a category (its place in the list), and how often the term is in it. */
export interface Model {
  readonly categories: readonly string[];
  readonly terms: Readonly<Record<string, readonly number[]>>;
}

export function train(examples: readonly Example[]): Model {
  const numbers = new Map<string, number>();
  const counts = new Map<string, Map<number, number>>();
  for (const { record, weight } of examples) {
    const category = categoryOf(record);
    const number = numbers.get(category) ?? numbers.size;
    numbers.set(category, number);
    for (const [term, times] of termsOf(record)) {
      const inCategories = counts.get(term) ?? new Map<number, number>();
      inCategories.set(number, (inCategories.get(number) ?? 0) + times * weight);
      counts.set(term, inCategories);
    }
  }
  const terms = [...counts].map(
    ([term, inCategories]) => [term, [...inCategories].flat()] as const,
  );
  return { categories: [...numbers.keys()], terms: Object.fromEntries(terms) };
}

function categoryOf({ id, categories }: DocumentRecord): string {
  const category = primaryOf(categories);
  if (category !== undefined) return category;
  const came = categories === "" ? "none" : `"${categories}"`;
  throw new RecordError(
    `Wanted a category of arXiv, such as math.PR, to learn from; the record ${id} has ${came}.`,
  );
}
