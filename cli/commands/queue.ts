// `zoe queue`: tasks put, counted, closed, looked at and run again.
import type { Command } from "commander";
import { answer, type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { collectItems } from "#cli/client/pages.ts";
import { newCommand } from "#cli/command.ts";
import { findExecution } from "#cli/find-execution.ts";
import { type RecordFormat, readRecords } from "#cli/records/records.ts";
import { feed } from "#cli/run/feed.ts";
import { formatOption } from "#cli/run/options.ts";
import { showQueues, showTable } from "#cli/show/execution.ts";
import { count, grouped } from "#cli/show/words.ts";
import type { ResultAnswer } from "#shared/api/queue.ts";
import { VisibleError } from "#shared/fault.ts";

interface Named {
  readonly id: string;
  readonly queue: string;
}

export function queueCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "queue",
    summary: "Put tasks into a queue, look at it, close it, run failed tasks again",
    examples: ["zoe queue put last documents --input more.jsonl", "zoe queue stats last"],
  });
  const parts = [
    putCommand,
    statsCommand,
    taskCommand,
    closeCommand,
    failedCommand,
    redriveCommand,
  ];
  for (const part of parts) command.addCommand(part(cli));
  return command;
}

/** An execution with one queue needs no name of it. */
async function named(session: Session, wanted: string, queue: string | undefined): Promise<Named> {
  const id = await findExecution(session, wanted);
  if (queue !== undefined) return { id, queue };
  const { queues } = await session.client.execution(id);
  const [only, ...others] = Object.keys(queues);
  if (only !== undefined && others.length === 0) return { id, queue: only };
  const known = only === undefined ? "it has none" : `it has ${[only, ...others].join(", ")}`;
  throw new VisibleError("invalid", `Wanted the name of a queue of ${id}; ${known}.`);
}

function putCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "put <execution> [queue]",
    summary: "Put the records of a file as tasks, as many as there are",
    examples: [
      "zoe queue put last documents --input more.jsonl.gz --close",
      "cat more.csv | zoe queue put last --input - --input-format csv",
    ],
    more: "A task is named by the `id` of its record, or else by its content: what is there already is not put twice.",
  });
  return formatOption(command)
    .requiredOption(
      "--input <file>",
      "JSON lines, a JSON array, CSV or an Atom feed; - is stdin; .gz is understood",
    )
    .option("--close", "close the queue afterwards")
    .action(async (wanted: string, name: string | undefined, options: PutOptions) => {
      const session = sessionOf(cli, command);
      const { patient, terminal } = session;
      const target = await named(session, wanted, name);
      const records = readRecords(options.input, { stdin: cli.stdin, format: options.inputFormat });
      const fed = await feed(patient, target, records, {
        onProgress: ({ sent }) => terminal.draw([`${count(sent, "task")} put...`]),
      });
      terminal.draw([]);
      if (options.close) await patient.closeQueue(target.id, target.queue);
      const there = fed.sent - fed.added;
      answer(session, fed, () =>
        terminal.note(
          `${count(fed.added, "task")} put into ${target.queue}${there === 0 ? "" : `; ${grouped(there)} were there already`}${options.close ? "; it is closed" : ""}.`,
        ),
      );
    });
}

interface PutOptions {
  readonly input: string;
  readonly inputFormat?: RecordFormat;
  readonly close?: true;
}

function statsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "stats <execution> [queue]",
    summary: "Show how many tasks wait, are leased, done and failed, how fast, and how long still",
    examples: ["zoe queue stats last"],
  });
  return command.action(async (wanted: string, name: string | undefined) => {
    const session = sessionOf(cli, command);
    const id = await findExecution(session, wanted);
    const all =
      name === undefined
        ? (await session.client.execution(id)).queues
        : { [name]: await session.client.queue(id, name) };
    answer(session, all, () => {
      if (Object.keys(all).length === 0) session.terminal.note("It has no queues.");
      showQueues(session.terminal, all);
    });
  });
}

function taskCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "task <execution> <task> [queue]",
    summary: "Show one task: its state, its result or its error",
    examples: ["zoe queue task last 1706.03762 --wait"],
  });
  return command
    .option("--wait", "until it has its outcome")
    .action(
      async (wanted: string, task: string, name: string | undefined, options: { wait?: true }) => {
        const session = sessionOf(cli, command);
        const { id, queue } = await named(session, wanted, name);
        const isOver = (state: string) => state === "succeeded" || state === "failed";
        let view = await session.patient.task(id, queue, task);
        while (options.wait && !isOver(view.state))
          view = await session.patient.waitForTask(id, queue, task);
        session.terminal.say(JSON.stringify(view, undefined, 2));
      },
    );
}

function closeCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "close <execution> [queue]",
    summary: "Close a queue: it takes no more tasks, and its workers leave when all is done",
    examples: ["zoe queue close last documents"],
  });
  return command.action(async (wanted: string, name: string | undefined) => {
    const session = sessionOf(cli, command);
    const { id, queue } = await named(session, wanted, name);
    const closed = await session.client.closeQueue(id, queue);
    answer(session, closed, () =>
      session.terminal.note(
        `${queue} is closed; ${count(closed.put - closed.done, "task")} still to be done.`,
      ),
    );
  });
}

function failedCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "failed <execution> [queue]",
    summary: "List the tasks that failed for good, with their last error",
    examples: ["zoe queue failed last"],
  });
  return command.action(async (wanted: string, name: string | undefined) => {
    const session = sessionOf(cli, command);
    const { id, queue } = await named(session, wanted, name);
    const failed = await collectItems(session.client.failedTasks(id, queue));
    answer(session, { items: failed }, () => {
      if (failed.length === 0) session.terminal.note("None failed.");
      else showTable(session.terminal, FAILED, failed);
    });
  });
}

const FAILED = [
  { title: "TASK", of: ({ task }: ResultAnswer) => task, least: 8 },
  { title: "ATTEMPTS", of: ({ attempts }: ResultAnswer) => String(attempts), align: "right" },
  { title: "WORKER", of: ({ worker }: ResultAnswer) => worker, goes: 1 },
  { title: "LAST ERROR", of: ({ error }: ResultAnswer) => error ?? "", least: 20 },
] as const;

function redriveCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "redrive <execution> [queue] [tasks...]",
    summary: "Let failed tasks of a living execution wait again: all, or those named",
    examples: ["zoe queue redrive last", "zoe queue redrive last documents 1706.03762"],
    more: "Of an execution that has ended, `zoe retry EXECUTION --failed` does it.",
  });
  return command.action(
    async (wanted: string, name: string | undefined, tasks: readonly string[]) => {
      const session = sessionOf(cli, command);
      const { id, queue } = await named(session, wanted, name);
      const reply = await session.client.redrive(id, queue, tasks.length > 0 ? tasks : undefined);
      answer(session, reply, () =>
        session.terminal.note(`${count(reply.redriven, "task")} of ${queue} will be done again.`),
      );
    },
  );
}
