// The command line of the classifier: train, evaluate, classify, convert, sample. zoe-classifier.mjs starts it.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { classify, openHere } from "./classifier.ts";
import { heldOut, trainingExamples } from "./corpus.ts";
import { type Evaluation, evaluate, evaluateUnseenCategories, type Score } from "./evaluate.ts";
import { type Example, train } from "./model.ts";
import { readModel, writeModel } from "./model-file.ts";
import { predictorOf } from "./predict.ts";
import { type DocumentRecord, RecordError } from "./record.ts";
import { readRecords, recordLine } from "./records.ts";
import { heldOutSample } from "./sample.ts";

const HELP = `zoe-classifier: sorts scientific abstracts into topics

  zoe-classifier classify FILE...            one JSON line for each record: topic, sub-topic, how sure
  zoe-classifier evaluate [FILE...]          accuracy beside two baselines; without a file, on the held-out abstracts
  zoe-classifier evaluate --unseen           on fields that the model was told nothing of (trains ten times)
  zoe-classifier train [FILE...] [--out F]   learns from your own records; without a file, from the project's
  zoe-classifier convert FILE...             JSON lines of an Atom feed
  zoe-classifier sample [--count 100]        held-out abstracts for a demonstration, as JSON lines

FILE is JSON lines as arXiv's metadata has them (id, title, abstract, categories) or an Atom feed as arXiv's search
answers it; - is the standard input. --model F takes a model made by train; as a zapp: zoe run ... --set model=F.

  zoe-classifier convert feed.atom > abstracts.jsonl
  zoe-classifier classify abstracts.jsonl | head -3
  zoe-classifier train mine.jsonl --out mine.json && zoe-classifier evaluate other.jsonl --model mine.json
`;

const OPTIONS = {
  out: { type: "string" },
  model: { type: "string" },
  count: { type: "string" },
  unseen: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Options = ReturnType<typeof parse>["values"];

function parse(words: string[]) {
  return parseArgs({ args: words, options: OPTIONS, allowPositionals: true });
}

const COMMANDS: Readonly<Record<string, (files: readonly string[], options: Options) => unknown>> =
  {
    async classify(files, options) {
      const predict = await open(options);
      for (const record of demand(files)) {
        const { worker, ...verdict } = classify(predict, record);
        print(JSON.stringify(verdict));
      }
    },
    async evaluate(files, options) {
      if (options.unseen) return print(unseenTable(evaluateUnseenCategories(trainingExamples())));
      const records = files.length === 0 ? heldOut() : demand(files);
      print(table(evaluate(await open(options), records)));
    },
    train(files, { out = "model.json" }) {
      const examples = files.length === 0 ? trainingExamples() : equal(demand(files));
      const model = train(examples);
      writeModel(out, model);
      const terms = Object.keys(model.terms).length.toLocaleString("en");
      print(
        `${out}: ${terms} terms of ${model.categories.length} categories, from ${examples.length} records.`,
      );
    },
    convert(files) {
      for (const record of demand(files)) print(recordLine(record));
    },
    sample(_files, { count = "100" }) {
      if (!/^[1-9]\d*$/.test(count))
        throw new RecordError(`Wanted a number for --count; got ${count}.`);
      for (const record of heldOutSample(Number(count))) print(recordLine(record));
    },
  };

function open({ model }: Options) {
  return model === undefined ? openHere() : predictorOf(readModel(model));
}

function demand(files: readonly string[]): DocumentRecord[] {
  if (files.length === 0)
    throw new RecordError("Wanted a file with records, or - for the standard input.");
  return files.flatMap((file) => readRecords(textOf(file), file === "-" ? "the input" : file));
}

function textOf(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new RecordError(`The file ${file} cannot be read (${String(cause)}).`, { cause });
  }
}

function equal(records: readonly DocumentRecord[]): Example[] {
  return records.map((record) => ({ record, weight: 1 }));
}

function table(found: Evaluation): string {
  const row = (name: string, score: Score) =>
    `${name.padEnd(34)} ${percent(score)}  ${`${score.right} of ${score.of}`.padStart(14)}`;
  return [
    row("accuracy on main topics", found.all),
    ...found.byTopic.filter(({ of }) => of > 0).map((one) => row(`  ${one.topic}`, one)),
    row("sub-topic, where the topic is right", found.subtopics),
    row("baseline: counting keywords", found.keywords),
    row("baseline: always the same topic", found.majority),
    ...(found.unknown > 0
      ? [`${found.unknown} records have no category of arXiv and do not count.`]
      : []),
  ].join("\n");
}

function unseenTable(score: Score): string {
  return `on categories never seen: ${percent(score).trim()} of ${score.of} abstracts`;
}

function percent({ right, of }: Score): string {
  return `${((100 * right) / Math.max(1, of)).toFixed(1)} %`.padStart(7);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(words: string[]): Promise<void> {
  const { values, positionals } = parse(words);
  const [name, ...files] = positionals;
  if (values.help || name === undefined || name === "help") return print(HELP.trimEnd());
  const command = COMMANDS[name];
  if (command === undefined)
    throw new RecordError(`There is no command ${name}; see zoe-classifier --help.`);
  await command(files, values);
}

/** `| head` closes the pipe: that is no mistake. */
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage =
    error instanceof TypeError &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!(error instanceof RecordError) && !isUsage) throw error;
  process.stderr.write(`zoe-classifier: ${error.message}\n`);
  process.exitCode = 2;
}
