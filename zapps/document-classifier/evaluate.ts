// How good the classifier is: on records it never saw, beside two baselines; and on fields that it was never told of.
import { type Guess, keywords, majority } from "./baselines.ts";
import { type Example, train } from "./model.ts";
import { type Predict, predictorOf } from "./predict.ts";
import { type DocumentRecord, RecordError } from "./record.ts";
import { placeOf, primaryOf, TOPICS, topicOf } from "./topics.ts";

export interface Score {
  readonly right: number;
  readonly of: number;
}

export interface Evaluation {
  readonly all: Score;
  readonly byTopic: readonly (Score & { readonly topic: string })[];
  /** Of those whose topic is right. */
  readonly subtopics: Score;
  readonly majority: Score;
  readonly keywords: Score;
  /** Records without a category of arXiv: nobody knows what is right for them. */
  readonly unknown: number;
}

export function evaluate(predict: Predict, records: readonly DocumentRecord[]): Evaluation {
  const known = records.filter((record) => topicOf(record.categories) !== undefined);
  if (known.length === 0)
    throw new RecordError(
      "Wanted records with categories of arXiv, such as math.PR; there are none.",
    );
  const judged = known.map((record) => {
    const place = placeOf(primaryOf(record.categories) ?? "");
    const { topic, subtopic } = predict(record);
    const isRight = topic === place?.topic;
    return { topic: place?.topic, isRight, isRightWithin: isRight && subtopic === place?.subtopic };
  });
  const right = judged.filter(({ isRight }) => isRight);
  return {
    all: { right: right.length, of: judged.length },
    byTopic: TOPICS.map((topic) => ({
      topic,
      right: right.filter((one) => one.topic === topic).length,
      of: judged.filter((one) => one.topic === topic).length,
    })),
    subtopics: { right: right.filter((one) => one.isRightWithin).length, of: right.length },
    majority: scoreOf(majority(known), known),
    keywords: scoreOf(keywords, known),
    unknown: records.length - known.length,
  };
}

function scoreOf(guess: Guess, records: readonly DocumentRecord[]): Score {
  const right = records.filter((record) => guess(record) === topicOf(record.categories));
  return { right: right.length, of: records.length };
}

/** Abstracts of categories that the model knows nothing of: neither their abstracts nor their terms. Tells how far it carries. */
export function evaluateUnseenCategories(examples: readonly Example[], folds = 10): Score {
  const categories = [...new Set(examples.map(categoryOf))].sort();
  const scores = Array.from({ length: folds }, (_, fold) => {
    const left = new Set(categories.filter((_, index) => index % folds === fold));
    const predict = predictorOf(train(examples.filter((one) => !left.has(categoryOf(one)))));
    const unseen = examples.filter((one) => left.has(categoryOf(one)) && one.weight === 1);
    const right = unseen.filter(
      ({ record }) => predict(record).topic === topicOf(record.categories),
    );
    return { right: right.length, of: unseen.length };
  });
  const sum = (field: keyof Score) => scores.reduce((total, score) => total + score[field], 0);
  return { right: sum("right"), of: sum("of") };
}

function categoryOf({ record }: Example): string {
  return primaryOf(record.categories) ?? "";
}
