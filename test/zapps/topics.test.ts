// Which topic a record belongs to: what arXiv names first decides.
import { expect, test } from "vitest";
import { placeOf, subtopicsOf, TOPICS, topicOf } from "#zapps/document-classifier/topics.ts";

const CASES = {
  "astro-ph.GA": "physics",
  "cond-mat.str-el": "physics",
  "gr-qc hep-th": "physics",
  "math-ph math.MP": "physics",
  "nlin.CD": "physics",
  "physics.bio-ph q-bio.BM": "physics",
  "quant-ph cs.IT": "physics",
  "acc-phys": "physics",
  "q-bio.NC cs.LG": "biology",
  "math.PR q-fin.MF": "mathematics",
  "stat.ME stat.AP": "mathematics",
  "stat.TH": "mathematics",
  "alg-geom": "mathematics",
  "q-fin.ST": "finance",
  "econ.EM stat.ME": "finance",
  "cs.LG stat.ML": "computer science",
  "stat.ML cs.LG": "computer science",
  "eess.IV cs.CV": "computer science",
  " cs.DS,  math.CO": "computer science",
  "": undefined,
  "cooking.XX": undefined,
  constructor: undefined,
};

test.each(Object.entries(CASES))("%j is of %s", (categories, topic) => {
  expect(topicOf(categories)).toBe(topic);
});

test("every topic has sub-topics, and every category of it is in one of them", () => {
  for (const topic of TOPICS) expect(subtopicsOf(topic).length).toBeGreaterThan(3);
  expect(placeOf("physics.optics")).toEqual({
    topic: "physics",
    subtopic: "atoms, molecules and light",
  });
  expect(placeOf("stat.ML")).toEqual({ topic: "computer science", subtopic: "machine learning" });
  expect(placeOf("math.HO")?.subtopic).toBe("mathematics in general");
});
