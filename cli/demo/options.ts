// The flags of `npm run demo`.
import { parseArgs } from "node:util";
import { countOf } from "#cli/run/options.ts";
import { VisibleError } from "#shared/fault.ts";

export interface DemoOptions {
  readonly kind: "demo";
  readonly zapp: string;
  /** The user's own documents, instead of those that come along. */
  readonly input?: string;
  readonly workers: number;
  /** As `npm start -- --engine` takes it. */
  readonly engine: string;
  /** Where the control plane lives: this machine, or AWS as the double plays it. */
  readonly body: "local" | "aws";
  /** Every call to AWS is told as a line. */
  readonly isTraced: boolean;
  readonly isKept: boolean;
  /** Every row of the table, however long. */
  readonly isWhole: boolean;
}

const HELP = `Starts Zoe on this machine, classifies 100 scientific abstracts with eight workers, and shows how well.

  npm run demo -- [flags]

  --zapp NAME      another zapp of the catalogue: document-classifier-split (the rows go on to a table),
                   document-classifier-two-level (each topic has a queue and workers of its own), hello, ...
  --input FILE     your own documents: arXiv's metadata as JSON lines (id, title, abstract, categories), a JSON array,
                   CSV, or an Atom feed as arXiv's search answers it; .gz is understood
  --engine NAME    process, container (Docker or Podman; the zapp's image must be there), or auto (default process)
  --workers N      at most so many workers (default 8)
  --body aws       the control plane as it runs in AWS, on a double of AWS on this machine: no account, no cost
  --trace          with --body aws: every call to AWS as a line, when, by whom, what was asked and what came
  --all            every row of the table, also where it is longer than a screen
  --keep           leave the control plane running, and say how to reach it
  --help           this

Example:  npm run demo -- --zapp document-classifier-two-level --keep
`;

const FLAGS = {
  zapp: { type: "string", default: "document-classifier" },
  input: { type: "string" },
  engine: { type: "string", default: "process" },
  body: { type: "string", default: "local" },
  trace: { type: "boolean", default: false },
  workers: { type: "string", default: "8" },
  all: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export function readDemoOptions(
  args: readonly string[],
): DemoOptions | { readonly kind: "help"; readonly text: string } {
  const { zapp, input, workers, engine, body, trace, all, keep, help } = parse(args);
  if (help) return { kind: "help", text: HELP };
  if (body !== "local" && body !== "aws")
    throw new VisibleError("invalid", `--body is local or aws, not ${body}.`);
  if (trace && body !== "aws")
    throw new VisibleError("invalid", "--trace tells calls to AWS: it goes with --body aws.");
  return {
    kind: "demo",
    ...{ zapp, engine, body, isTraced: trace },
    workers: countOf(workers, "--workers"),
    isKept: keep,
    isWhole: all,
    ...(input !== undefined && { input }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new VisibleError("invalid", `${text}. \`npm run demo -- --help\` tells the flags.`, [], {
      cause,
    });
  }
}
