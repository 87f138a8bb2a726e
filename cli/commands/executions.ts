// `zoe ls`, `get`, `attach`, `why`, `events`: what there is and how it stands.

import type { Command } from "commander";
import { answer, type Cli, failWith, type Session, sessionOf } from "#cli/cli.ts";
import { firstItems } from "#cli/client/pages.ts";
import { collect, newCommand } from "#cli/command.ts";
import { exitCodeOf } from "#cli/exit.ts";
import { findExecution } from "#cli/find-execution.ts";
import { tellEnd } from "#cli/follow/end.ts";
import { follow } from "#cli/follow/follow.ts";
import { countOf } from "#cli/run/options.ts";
import { showExecution, showTable } from "#cli/show/execution.ts";
import { elapsed, outcomeReason, stateColour, stateWord } from "#cli/show/outcome.ts";
import type { Column } from "#cli/show/table.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { age, clock } from "#cli/show/words.ts";
import type { ExecutionRow } from "#shared/api/execution.ts";

export interface FilterOptions {
  readonly state?: string;
  readonly zapp?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly user?: string;
  readonly tenant?: string;
}

export function withFilters(command: Command): Command {
  return command
    .option("--state <state>", "queued, starting, running, ending or ended")
    .option("--zapp <name>", "of this zapp")
    .option("--name <name>", "of this name")
    .option("--label <key=value>", "with this label; all that are given must fit", collect)
    .option("--user <name>", "of this user (for operators)")
    .option("--tenant <name>", "of this tenant (for administrators)");
}

export function filterOf({ state, zapp, name, label, user, tenant }: FilterOptions): FilterOptions {
  return { state, zapp, name, label, user, tenant };
}

const USUAL_ROWS = "20";

export function lsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "ls",
    summary: "List executions, newest first",
    examples: [
      "zoe ls --state running --label group=7",
      "zoe ls --all --json | jq -r '.items[].id'",
    ],
  });
  return withFilters(command)
    .option("--limit <n>", "how many at most", USUAL_ROWS)
    .option("--all", "all there are")
    .action(async (options: FilterOptions & { limit: string; all?: true }) => {
      const session = sessionOf(cli, command);
      const most = options.all ? Number.POSITIVE_INFINITY : countOf(options.limit, "--limit");
      const rows = session.client.executions({ ...filterOf(options), limit: Math.min(most, 1000) });
      const { items, isMore } = await firstItems(rows, most);
      answer(session, { items, isMore }, () => showRows(session.terminal, items));
      if (isMore) session.terminal.note("There are more: --limit N or --all shows them.");
    });
}

function columns(terminal: Terminal, now: number): readonly Column<ExecutionRow>[] {
  return [
    { title: "ID", of: ({ id }) => id },
    { title: "NAME", of: ({ name }) => name, least: 8 },
    {
      title: "STATE",
      of: stateWord,
      paint: (text, row) => terminal.paint(stateColour(row), text),
    },
    { title: "AGE", of: ({ createdAt }) => age(now - createdAt), align: "right" },
    { title: "TOOK", of: (row) => tookOf(row, now), align: "right", goes: 2 },
    { title: "USER", of: ({ user }) => user, least: 6, goes: 3 },
    { title: "WHY", of: whyOf, least: 12, goes: 1 },
  ];
}

function showRows(terminal: Terminal, rows: readonly ExecutionRow[]): void {
  if (rows.length === 0) terminal.note("None. `zoe run hello` makes one.");
  else showTable(terminal, columns(terminal, Date.now()), rows);
}

function tookOf({ startedAt, endedAt }: ExecutionRow, now: number): string {
  return startedAt === undefined ? "" : elapsed(startedAt, endedAt ?? now);
}

function whyOf({ outcome, waiting, state }: ExecutionRow): string {
  if (outcome !== undefined) return outcomeReason(outcome) ?? "";
  return state === "queued" ? (waiting?.text ?? "") : "";
}

export function getCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "get <execution>",
    summary: "Show an execution: how it stands, its services and queues",
    examples: ["zoe get last", "zoe get exe_01JABCDEFGHJKMNPQRSTVWXYZ0 --follow"],
    more: "Of an execution that has ended the exit code tells how; 0 as long as it lives.",
  });
  return command
    .option("-f, --follow", "follow it to its end")
    .option("--logs", "with --follow: also what its programs write")
    .option("--no-logs", "with --follow: not what its programs write")
    .action(async (wanted: string, options: { follow?: true; logs?: boolean }) => {
      const session = sessionOf(cli, command);
      const id = await findExecution(session, wanted);
      if (options.follow) return attach(session, id, options.logs);
      const execution = await session.client.execution(id);
      answer(session, execution, () => showExecution(session.terminal, execution, Date.now()));
      if (execution.outcome) failWith(cli, exitCodeOf(execution.outcome));
    });
}

export function attachCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "attach <execution>",
    summary: "Follow an execution to its end; Ctrl-C leaves it running",
    examples: ["zoe attach last --logs"],
  });
  return command
    .option("--logs", "also what its programs write; usual for a single program")
    .option("--no-logs", "not what its programs write")
    .option("--out <dir>", "download what it leaves, at its end")
    .action(async (wanted: string, options: { logs?: boolean; out?: string }) => {
      const session = sessionOf(cli, command);
      await attach(session, await findExecution(session, wanted), options.logs, options.out);
    });
}

async function attach(
  session: Session,
  id: string,
  withLogs: boolean | undefined,
  out?: string,
): Promise<void> {
  const followed = await follow(session, id, { withLogs });
  if (followed.kind === "ended") await tellEnd(session, followed.execution, { out });
}

export function whyCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "why <execution>",
    summary: "Say why an execution waits, and what would help",
    examples: ["zoe why last"],
  });
  return command.action(async (wanted: string) => {
    const session = sessionOf(cli, command);
    const why = await session.client.why(await findExecution(session, wanted));
    answer(session, why, () => {
      if (why.reasons.length === 0)
        session.terminal.say(
          why.state === "ended" ? "It has ended." : `It is ${why.state}, and waits for nothing.`,
        );
      for (const { text, help } of why.reasons) {
        session.terminal.say(text);
        if (help !== undefined) session.terminal.say(`  ${help}`);
      }
    });
  });
}

export function eventsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "events <execution>",
    summary: "List everything that happened to an execution, oldest first",
    examples: ["zoe events last"],
  });
  return command.action(async (wanted: string) => {
    const session = sessionOf(cli, command);
    const { terminal } = session;
    const events = session.client.events(await findExecution(session, wanted));
    if (session.isJson) {
      for await (const event of events) terminal.say(JSON.stringify(event));
      return;
    }
    for await (const { at, of, instance, from, to, text, by, outcome } of events) {
      const move = to === undefined ? "" : `${from ?? "new"} → ${to}`;
      const why = outcome && (outcomeReason(outcome) ?? stateWord({ state: "ended", outcome }));
      const words = [instance ?? of, move, text, why, by && `by ${by}`].filter(Boolean).join("  ");
      terminal.say(`${terminal.paint("dim", clock(at))}  ${words}`);
    }
  });
}
