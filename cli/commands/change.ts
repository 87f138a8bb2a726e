// `zoe stop`, `retry`, `drain`, `change`: what people do to executions.
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { answer, type Cli, failWith, type Session, sessionOf } from "#cli/cli.ts";
import type { ExecutionChange } from "#cli/client/executions.ts";
import { firstItems } from "#cli/client/pages.ts";
import { newCommand } from "#cli/command.ts";
import { EXIT } from "#cli/exit.ts";
import { findExecution } from "#cli/find-execution.ts";
import { tellEnd } from "#cli/follow/end.ts";
import { follow } from "#cli/follow/follow.ts";
import { numberOf } from "#cli/run/options.ts";
import { stateWord } from "#cli/show/outcome.ts";
import { count } from "#cli/show/words.ts";
import type { StopRequest } from "#shared/api/filter.ts";
import { EXECUTION_STATES, type ExecutionState } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import { type FilterOptions, filterOf, withFilters } from "./executions.ts";

interface StopOptions extends FilterOptions {
  readonly all?: true;
  readonly yes?: true;
  readonly reason?: string;
}

export function stopCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "stop [executions...]",
    summary: "Stop executions: those named, or all that fit",
    examples: ["zoe stop last", "zoe stop --zapp notebook --label course=hpc --yes"],
    more: "What runs is given time to end. In any state, as often as you like. Many at once are confirmed first.",
  });
  return withFilters(command)
    .option("--all", "all that you may stop")
    .option("--reason <text>", "why, for those who look later")
    .option("-y, --yes", "without asking")
    .action(async (names: readonly string[], options: StopOptions) => {
      const session = sessionOf(cli, command);
      if (names.length > 0) await stopNamed(session, names, options.reason);
      else await stopFitting(session, options);
    });
}

async function stopNamed(
  session: Session,
  names: readonly string[],
  reason?: string,
): Promise<void> {
  const stopped = [];
  for (const name of names) {
    const row = await session.client.stop(await findExecution(session, name), reason);
    stopped.push(row);
    session.terminal.note(`${row.id}  ${stateWord(row)}`);
  }
  if (session.isJson) session.terminal.say(JSON.stringify(stopped, undefined, 2));
}

async function stopFitting(session: Session, options: StopOptions): Promise<void> {
  const { all, reason, yes } = options;
  const { label, ...filters } = filterOf(options);
  const isFiltered =
    label !== undefined || Object.values(filters).some((value) => value !== undefined);
  if (!isFiltered && !all) {
    throw new VisibleError(
      "invalid",
      "Wanted executions to stop, by id or name, or a filter such as --zapp or --label; --all stops all.",
    );
  }
  const n = await countLiving(session, options);
  if (n === 0) {
    session.terminal.note("Nothing that lives fits.");
    answer(session, { stopped: [] }, () => {});
    return;
  }
  if (!yes && !(await isConfirmed(session, `Stop ${n}?`))) {
    failWith(session.cli, EXIT.failed);
    return;
  }
  const { state, ...rest } = filters;
  const request: StopRequest = {
    ...rest,
    ...(state !== undefined && { state: stateOf(state) }),
    ...(label !== undefined && { labels: [...label] }),
    ...(all && !isFiltered && { all }),
    ...(reason !== undefined && { reason }),
  };
  const stopped = await stopAll(session, request);
  answer(session, { stopped }, () =>
    session.terminal.note(`${count(stopped.length, "execution")} stopped, or stopping.`),
  );
}

async function stopAll({ client, terminal }: Session, request: StopRequest): Promise<string[]> {
  const stopped = new Set<string>();
  for (let more = true; more; ) {
    const before = stopped.size;
    const part = await client.stopMany(request);
    for (const id of part.stopped) stopped.add(id);
    terminal.draw([`${count(stopped.size, "execution")} stopped...`]);
    more = part.more && stopped.size > before;
  }
  terminal.draw([]);
  return [...stopped];
}

const MOST_COUNTED = 1000;

async function countLiving({ client }: Session, options: FilterOptions): Promise<string | 0> {
  const filter = filterOf(options);
  const states = EXECUTION_STATES.filter(
    (state) => state !== "ended" && (filter.state ?? state) === state,
  );
  if (filter.state !== undefined) stateOf(filter.state);
  const counts = await Promise.all(
    states.map((state) => firstItems(client.executions({ ...filter, state }), MOST_COUNTED)),
  );
  const n = counts.reduce((sum, { items }) => sum + items.length, 0);
  const more = counts.some(({ isMore }) => isMore) ? "more than " : "";
  return n === 0 ? 0 : more + count(n, "execution");
}

function stateOf(text: string): ExecutionState {
  const state = EXECUTION_STATES.find((each) => each === text);
  if (state !== undefined) return state;
  throw new VisibleError(
    "invalid",
    `Wanted a state: ${EXECUTION_STATES.join(", ")}; got "${text}".`,
  );
}

async function isConfirmed({ cli, terminal }: Session, question: string): Promise<boolean> {
  if (!cli.stdin.isTTY || !terminal.isLive) {
    throw new VisibleError("invalid", `${question} There is nobody to ask here: say --yes.`);
  }
  const lines = createInterface({ input: cli.stdin, output: process.stderr });
  const reply = await lines.question(`${question} [y/N] `);
  lines.close();
  return /^y(es)?$/i.test(reply.trim());
}

export function retryCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "retry <execution>",
    summary: "Run again what failed, under the same execution",
    examples: ["zoe retry last --failed", "zoe retry last --failed --out results"],
    more: "Instances that did not succeed and tasks that failed run again; what succeeded stays as it is.",
  });
  return command
    .option("--failed", "only what failed (what it does anyway)")
    .option("-d, --detach", "do not follow it")
    .option("--logs", "also what its programs write")
    .option("--out <dir>", "download what it leaves, at its end")
    .action(async (wanted: string, options: { detach?: true; logs?: true; out?: string }) => {
      const session = sessionOf(cli, command);
      const id = await findExecution(session, wanted);
      const again = await session.client.retry(id);
      const { instances, tasks } = again;
      const what = [
        instances > 0 ? count(instances, "instance") : "",
        tasks > 0 ? count(tasks, "task") : "",
      ].filter((part) => part !== "");
      session.terminal.note(`Runs again: ${what.join(" and ") || "all of it"}.`);
      if (options.detach) return answer(session, again, () => session.terminal.say(id));
      const followed = await follow(session, id, { withLogs: options.logs === true });
      if (followed.kind === "ended")
        await tellEnd(session, followed.execution, { out: options.out });
    });
}

export function drainCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "drain <execution>",
    summary: "Let its workers finish what they hold, and lease no more",
    examples: ["zoe drain last", "zoe drain last --off"],
  });
  return command
    .option("--off", "let them lease again")
    .action(async (wanted: string, options: { off?: true }) => {
      const session = sessionOf(cli, command);
      const row = await session.client.drain(
        await findExecution(session, wanted),
        options.off !== true,
      );
      answer(session, row, () =>
        session.terminal.note(
          row.draining
            ? "Its workers finish what they hold, and lease no more."
            : "Its workers lease again.",
        ),
      );
    });
}

type Counts = ExecutionChange["counts"];

interface ChangeOptions {
  readonly priority?: string;
  readonly maxTime?: string;
  readonly workers?: readonly string[];
  readonly atOnce?: readonly string[];
}

function countsOf({ workers = [], atOnce = [] }: ChangeOptions): NonNullable<Counts> {
  const pairs = [
    ...workers.map((text) => {
      const [, service, min, max] = /^(.+)=(\d+)-(\d+)$/.exec(text) ?? [];
      if (service === undefined)
        throw new VisibleError("invalid", `Wanted --workers SERVICE=MIN-MAX; got "${text}".`);
      return [service, { min: Number(min), max: Number(max) }] as const;
    }),
    ...atOnce.map((text) => {
      const [, service, n] = /^(.+)=(\d+)$/.exec(text) ?? [];
      if (service === undefined)
        throw new VisibleError("invalid", `Wanted --at-once SERVICE=NUMBER; got "${text}".`);
      return [service, { atOnce: Number(n) }] as const;
    }),
  ];
  return Object.fromEntries(pairs);
}

export function changeCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "change <execution>",
    summary: "Change the priority, the time limit or the counts of an execution",
    examples: [
      "zoe change last --priority 90 --max-time 12h",
      "zoe change last --workers classifier=2-40 --at-once runs=8",
    ],
  });
  return command
    .option("--priority <0-100>", "100 runs first")
    .option("--max-time <duration>", "from its first start, such as 12h")
    .option("--workers <service=min-max...>", "fewest and most workers of a service")
    .option("--at-once <service=n...>", "most children of an array at once")
    .action(async (wanted: string, options: ChangeOptions) => {
      const session = sessionOf(cli, command);
      const { priority, maxTime } = options;
      const counts = countsOf(options);
      const row = await session.client.change(await findExecution(session, wanted), {
        ...(priority !== undefined && { priority: numberOf(priority, "--priority") }),
        ...(maxTime !== undefined && { maxTime }),
        ...(Object.keys(counts).length > 0 && { counts }),
      });
      answer(session, row, () => session.terminal.note(`Changed: priority ${row.priority}.`));
    });
}
