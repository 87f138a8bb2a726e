// The classifier is good enough, on abstracts it never saw, and is learned once however many start at the same moment.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { classify, openClassifier } from "#zapps/document-classifier/classifier.ts";
import { heldOut, trainingExamples } from "#zapps/document-classifier/corpus.ts";
import { evaluate } from "#zapps/document-classifier/evaluate.ts";
import { type Example, train } from "#zapps/document-classifier/model.ts";
import { cachedFile, writeModel } from "#zapps/document-classifier/model-file.ts";
import { predictorOf } from "#zapps/document-classifier/predict.ts";

/** Some tests start programs, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 30_000 });

const ZAPP = join(import.meta.dirname, "../../zapps/document-classifier");
const predict = predictorOf(train(trainingExamples()));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zoe-classifier-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("on the held-out abstracts", () => {
  const found = evaluate(predict, heldOut());
  const share = ({ right, of }: { right: number; of: number }) => right / of;

  test("at least nine of ten main topics are right", () => {
    expect(share(found.all)).toBeGreaterThanOrEqual(0.9);
  });

  test("no topic is left behind", () => {
    expect(found.byTopic.filter((topic) => share(topic) < 0.8)).toEqual([]);
  });

  test("counting keywords is far worse, and always the same answer is worst", () => {
    expect(share(found.keywords)).toBeLessThan(share(found.all) - 0.15);
    expect(share(found.majority)).toBeLessThan(0.3);
  });

  test("where the topic is right, the sub-topic mostly is", () => {
    expect(share(found.subtopics)).toBeGreaterThanOrEqual(0.75);
  });

  test("it is sure of what is right more often than of what is wrong", () => {
    const judged = heldOut().map((record) => classify(predict, record));
    const mean = (isRight: boolean) => {
      const own = judged.filter((one) => (one.answer === one.predicted) === isRight);
      return own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false) + 0.1);
  });
});

describe("a document", () => {
  const task = { id: "7", title: "On  primes\nin gaps", abstract: "We prove a theorem on primes." };

  test("without categories has no known answer", () => {
    expect(classify(predict, task)).toMatchObject({
      id: "7",
      title: "On primes in gaps",
      answer: null,
      predicted: "mathematics",
      subtopic: "algebra and number theory",
    });
  });

  test("is given a sub-topic of the topic that is known", () => {
    expect(classify(predict, task, "finance")).toMatchObject({ predicted: "finance" });
  });

  test("of words never seen gets some topic, without confidence", () => {
    const verdict = classify(predict, { id: "8", title: "Xyzzy plugh", abstract: "" });
    expect(verdict.confidence).toBeLessThan(0.3);
  });

  test("that is none is a failure with its reason", () => {
    expect(() => classify(predict, { title: "t" })).toThrow("Wanted a record with an id");
    expect(() => classify(predict, null)).toThrow("this task is null");
  });
});

describe("learning", () => {
  const example = (id: string, title: string, categories: string): Example => ({
    record: { id, title, abstract: "", categories },
    weight: 1,
  });

  test("from one's own records gives one's own model", async () => {
    const own = [example("1", "dough and yeast", "q-bio.BM"), example("2", "ovens", "cs.AR")];
    writeModel(join(folder, "mine.json"), train(own));
    const mine = await openClassifier({ model: join(folder, "mine.json") });
    expect(mine({ id: "3", title: "yeast", abstract: "", categories: "" }).topic).toBe("biology");
  });

  test("needs categories, and says which record has none", () => {
    expect(() => train([example("x/1", "bread", "")])).toThrow("the record x/1 has none");
  });

  test("a file that is no model is refused by name", async () => {
    writeFileSync(join(folder, "no.json"), "{}");
    await expect(openClassifier({ model: join(folder, "no.json") })).rejects.toThrow(
      "no.json is none",
    );
    await expect(openClassifier({ model: join(folder, "gone.json") })).rejects.toThrow(
      "no model at",
    );
  });

  test("is done once by those who start at the same moment", async () => {
    const log = join(folder, "log");
    const program = `
      import { appendFileSync } from "node:fs";
      import { cachedModel } from "${ZAPP}/model-file.ts";
      const model = await cachedModel("${folder}/cache", () => {
        appendFileSync("${log}", "learned\\n");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        return { categories: ["math.PR"], terms: { walk: [0, 1] } };
      });
      if (model.categories[0] !== "math.PR") process.exit(1);`;
    writeFileSync(join(folder, "program.ts"), program);
    const ends = await Promise.all([1, 2, 3, 4].map(() => runProgram(join(folder, "program.ts"))));
    expect(ends).toEqual([0, 0, 0, 0]);
    expect(readFileSync(log, "utf8")).toBe("learned\n");
    expect(readdirSync(join(folder, "cache"))).toEqual([cachedFile("")]);
  });
});

function runProgram(path: string): Promise<number | null> {
  const program = spawn(process.execPath, [path], { stdio: "inherit" });
  return new Promise((resolve) => program.on("close", resolve));
}
