// `zoe results`: what the tasks of an execution gave, as a table for people or whole for programs.
import { Readable } from "node:stream";
import { type Command, Option } from "commander";
import { type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { findExecution } from "#cli/find-execution.ts";
import { showResults } from "#cli/results/show.ts";
import { countOf } from "#cli/run/options.ts";

interface ResultOptions {
  readonly queue?: string;
  readonly failed?: true;
  readonly succeeded?: true;
  readonly format?: string;
  readonly limit: string;
  readonly all?: true;
}

export function resultsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "results <execution>",
    summary: "Show the results of an execution's tasks",
    examples: [
      "zoe results last",
      "zoe results last --failed",
      "zoe results last --format csv > results.csv",
    ],
    more: "A table shows what failed first. The other formats give all of them in one stream, queue by queue, in the order they were recorded.",
  });
  return command
    .addOption(new Option("--format <format>", "how").choices(["table", "json", "jsonl", "csv"]))
    .option("--queue <name>", "of this queue")
    .option("--failed", "only what failed")
    .option("--succeeded", "only what succeeded")
    .option("--limit <n>", "rows of the table at most", "50")
    .option("--all", "all rows")
    .action(async (wanted: string, options: ResultOptions) => {
      const session = sessionOf(cli, command);
      const id = await findExecution(session, wanted);
      await show(session, id, options);
    });
}

async function show(session: Session, id: string, options: ResultOptions): Promise<void> {
  const { queue, format = session.isJson ? "json" : "table" } = options;
  const failed = options.failed ? true : options.succeeded && false;
  const query = { ...(queue !== undefined && { queue }), ...(failed !== undefined && { failed }) };
  if (format === "table") {
    const most = options.all ? Number.POSITIVE_INFINITY : countOf(options.limit, "--limit");
    return showResults(session, id, { ...query, most });
  }
  if (format === "json") return showJson(session, id, query);
  const { body } = await session.client.resultStream(id, format === "csv" ? "csv" : "jsonl", query);
  if (body === null) return;
  const texts = Readable.fromWeb(body).setEncoding("utf8");
  for await (const text of texts) session.terminal.write(String(text));
}

/** One JSON array, however long: never all of it in memory. */
async function showJson({ client, terminal }: Session, id: string, query: object): Promise<void> {
  let before = "[\n";
  for await (const result of client.results(id, query)) {
    terminal.write(`${before}${JSON.stringify(result)}`);
    before = ",\n";
  }
  terminal.write(before === "[\n" ? "[]\n" : "\n]\n");
}
