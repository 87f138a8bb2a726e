// `zoe files`, `download`, `logs`: what an execution left and wrote.
import type { Command } from "commander";
import { answer, type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { collectItems, firstItems } from "#cli/client/pages.ts";
import { newCommand } from "#cli/command.ts";
import { downloadFiles } from "#cli/files/download.ts";
import { findExecution } from "#cli/find-execution.ts";
import { linePrefix, readBoth, type Stream } from "#cli/follow/log-follower.ts";
import { numberOf } from "#cli/run/options.ts";
import { showTable } from "#cli/show/execution.ts";
import { bytes, clock, grouped } from "#cli/show/words.ts";
import type { FileAnswer, InstanceAnswer } from "#shared/api/history.ts";
import { VisibleError } from "#shared/fault.ts";

export function filesCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "files <execution>",
    summary: "List the files that an execution left",
    examples: ["zoe files last"],
  });
  return command.action(async (wanted: string) => {
    const session = sessionOf(cli, command);
    const files = await collectItems(session.client.files(await findExecution(session, wanted)));
    answer(session, { items: files }, () => {
      if (files.length === 0) session.terminal.note("It left no files (yet).");
      else showTable(session.terminal, FILES, files);
    });
  });
}

const FILES = [
  { title: "PATH", of: ({ path }: FileAnswer) => path, least: 20 },
  { title: "SIZE", of: ({ size }: FileAnswer) => bytes(size), align: "right" },
  { title: "WRITTEN", of: ({ modifiedAt }: FileAnswer) => clock(modifiedAt), goes: 1 },
] as const;

export function downloadCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "download <execution> [dir]",
    summary: "Fetch the files that an execution left",
    examples: ["zoe download last out", "zoe download last out --only 'results/*.json'"],
    more: "Results lie in DIR itself (without it, in the current folder); what else was kept in a folder for each instance. Files that are there already are not fetched again.",
  });
  return command
    .option("--only <pattern>", "those whose path fits, such as 'results/*.json'")
    .action(async (wanted: string, dir: string | undefined, options: { only?: string }) => {
      const session = sessionOf(cli, command);
      const id = await findExecution(session, wanted);
      const wants = options.only === undefined ? undefined : fits(options.only);
      const done = await downloadFiles(session, id, dir ?? ".", wants);
      if (session.isJson) session.terminal.say(JSON.stringify(done, undefined, 2));
    });
}

/** `*` stands for anything but a slash, `**` for anything. */
function fits(pattern: string): (path: string) => boolean {
  const parts = pattern.split(/(\*\*|\*|\?)/).map((part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[\\^$+.()|[\]{}]/g, "\\$&");
  });
  const whole = new RegExp(`^${parts.join("")}$`);
  return (path) => whole.test(path);
}

interface LogOptions {
  readonly follow?: true;
  readonly service?: string;
  readonly index?: string;
  readonly label?: string;
  readonly failed?: true;
  readonly stream?: string;
}

/** More instances than this are not read unless they are asked for. */
const MOST_INSTANCES = 50;

export function logsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "logs <execution>",
    summary: "Show what the programs of an execution wrote",
    examples: ["zoe logs last -f", "zoe logs last --label macro-17", "zoe logs last --failed"],
  });
  return command
    .option("-f, --follow", "go on as long as they write")
    .option("--service <name>", "of this service")
    .option("--index <n>", "of the instance with this index")
    .option("--label <label>", "of the instance with this label")
    .option("--failed", "of those that failed")
    .option("--stream <name>", "only stdout or only stderr")
    .action(async (wanted: string, options: LogOptions) => {
      const session = sessionOf(cli, command);
      const id = await findExecution(session, wanted);
      await showLogs(session, id, options);
    });
}

async function showLogs(session: Session, id: string, options: LogOptions): Promise<void> {
  const { terminal, patient } = session;
  const only = streamOf(options.stream);
  const { items, isMore } = await instancesFor(session, id, options);
  if (items.length === 0)
    terminal.note("No such instance has begun to run yet; `zoe attach --logs` waits for them.");
  const read = (instance: InstanceAnswer) =>
    readBoth(patient, terminal, instance, {
      ...{ prefix: items.length > 1 ? linePrefix(terminal, instance) : "", only },
      isFollowed: options.follow === true,
    });
  if (options.follow) await Promise.all(items.map(read));
  else for (const instance of items) await read(instance);
  if (isMore)
    terminal.warn(
      `These are ${grouped(items.length)} instances; there are more: choose with --service, --index, --label or --failed.`,
    );
}

async function instancesFor(
  { client }: Session,
  id: string,
  { service, index, label, failed }: LogOptions,
): Promise<{ items: InstanceAnswer[]; isMore: boolean }> {
  const number = index === undefined ? undefined : numberOf(index, "--index");
  const query = { service, label, ...(failed && { outcome: "failed" }) };
  const begun = (async function* () {
    for await (const instance of client.instances(id, query))
      if (instance.state !== "placed" && (number === undefined || instance.index === number))
        yield instance;
  })();
  return firstItems(begun, MOST_INSTANCES);
}

function streamOf(name: string | undefined): Stream | undefined {
  if (name === undefined || name === "stdout" || name === "stderr") return name;
  throw new VisibleError("invalid", `Wanted stdout or stderr for --stream; got "${name}".`);
}
