// What the classifier must beat to be worth anything: always the same answer, and counting a few words that everybody would think of.
import type { DocumentRecord } from "./record.ts";
import { TOPICS, type Topic, topicOf } from "./topics.ts";

export type Guess = (record: DocumentRecord) => Topic;

export function majority(records: readonly DocumentRecord[]): Guess {
  const counts = TOPICS.map(
    (topic) => records.filter((one) => topicOf(one.categories) === topic).length,
  );
  const most = TOPICS[counts.indexOf(Math.max(...counts))] ?? TOPICS[0];
  return () => most;
}

const KEYWORDS: Readonly<Record<Topic, RegExp>> = {
  physics:
    /\b(quantum|physics|particles?|energy|magnetic|galax(y|ies)|stars?|plasma|photons?|electrons?|spin|gravitational|temperature|lasers?|neutrinos?)\b/g,
  biology:
    /\b(cells?|proteins?|genes?|species|brain|neurons?|neural|dna|rna|evolution(ary)?|population|disease|epidemic|cancer|biological)\b/g,
  mathematics:
    /\b(prove|proof|theorem|conjecture|algebras?|groups?|manifolds?|polynomials?|graphs?|topolog(y|ical)|integers?|bounds?|equations?|finite|spaces?)\b/g,
  finance:
    /\b(markets?|prices?|pricing|risk|portfolios?|stocks?|assets?|volatility|options?|trading|econom(y|ic|ics)|banks?|investors?|financial|credit)\b/g,
  "computer science":
    /\b(algorithms?|software|learning|networks?|data|training|code|users?|images?|computing|robots?|security|programs?|languages?|models?)\b/g,
};

export const keywords: Guess = ({ title, abstract }) => {
  const text = `${title} ${abstract}`.toLowerCase();
  const counts = TOPICS.map((topic) => text.match(KEYWORDS[topic])?.length ?? 0);
  return TOPICS[counts.indexOf(Math.max(...counts))] ?? TOPICS[0];
};
