// `zoe top`: what runs now and what it holds, looked at again and again.
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { firstItems } from "#cli/client/pages.ts";
import { newCommand } from "#cli/command.ts";
import { isCountable, Pace } from "#cli/follow/progress.ts";
import { reasonText } from "#cli/follow/screen.ts";
import { allAtOnce } from "#cli/pool.ts";
import { numberOf } from "#cli/run/options.ts";
import { bar, figures } from "#cli/show/bar.ts";
import { stateWord } from "#cli/show/outcome.ts";
import { type Column, table } from "#cli/show/table.ts";
import { age, count, grouped } from "#cli/show/words.ts";
import type { ExecutionAnswer, ExecutionRow } from "#shared/api/execution.ts";
import type { QuotaAnswer } from "#shared/api/usage.ts";
import { EXECUTION_STATES } from "#shared/execution.ts";
import { writeMib } from "#shared/units.ts";

const MOST_ROWS = 30;
const AT_ONCE = 4;

interface Picture {
  readonly quota: QuotaAnswer;
  readonly executions: readonly ExecutionAnswer[];
  readonly isMore: boolean;
}

export function topCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "top",
    summary: "Show what runs and waits now, and go on showing it; Ctrl-C leaves",
    examples: ["zoe top", "zoe top --once --json"],
  });
  return command
    .option("--once", "only once")
    .option("--every <seconds>", "how often", "2")
    .action(async (options: { once?: true; every: string }) => {
      const session = sessionOf(cli, command);
      const isOnce = options.once === true || session.isJson || !session.terminal.isLive;
      if (isOnce) await once(session);
      else await live(session, numberOf(options.every, "--every"));
    });
}

async function once(session: Session): Promise<void> {
  const { terminal } = session;
  const picture = await look(session);
  if (session.isJson) terminal.say(JSON.stringify(picture, undefined, 2));
  else for (const line of linesOf(session, picture, new Map(), terminal.width)) terminal.say(line);
}

async function live(session: Session, seconds: number): Promise<void> {
  const { terminal } = session;
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once("SIGINT", leave);
  const paces = new Map<string, Pace>();
  while (!leaving.signal.aborted) {
    const picture = await look(session);
    if (leaving.signal.aborted) break;
    const lines = linesOf(session, picture, paces, terminal.liveWidth);
    terminal.draw(lines.slice(0, Math.max(5, (terminal.height ?? MOST_ROWS) - 1)));
    await sleep(Math.max(0.5, seconds) * 1000, undefined, { signal: leaving.signal }).catch(
      () => {},
    );
  }
  terminal.draw([]);
}

async function look({ patient }: Session): Promise<Picture> {
  const quota = await patient.quota({});
  const rows: ExecutionRow[] = [];
  let isMore = false;
  for (const state of EXECUTION_STATES.filter((each) => each !== "ended").toReversed()) {
    const page = await firstItems(
      patient.executions({ state, limit: MOST_ROWS }),
      MOST_ROWS - rows.length,
    );
    rows.push(...page.items);
    isMore ||= page.isMore;
  }
  const found = new Map<string, ExecutionAnswer>();
  await allAtOnce(rows, AT_ONCE, async ({ id }) => {
    found.set(id, await patient.execution(id));
  });
  return { quota, executions: rows.flatMap(({ id }) => found.get(id) ?? []), isMore };
}

function linesOf(
  { terminal }: Session,
  { quota, executions, isMore }: Picture,
  paces: Map<string, Pace>,
  width: number,
): string[] {
  const { held, quota: most } = quota;
  const of = (limit: number | undefined, show: (n: number) => string) =>
    limit === undefined ? "" : ` of ${show(limit)}`;
  const head = [
    `${count(held.instances, "instance")}${of(most.instances, grouped)}`,
    `${held.cpu}${of(most.cpu, String)} vCPU`,
    `${writeMib(held.memoryMib)}${of(most.memoryMib, writeMib)}`,
  ];
  if (executions.length === 0) return [head.join(", "), "Nothing runs or waits."];
  const columns: readonly Column<ExecutionAnswer>[] = [
    { title: "ID", of: ({ id }) => id, goes: 3 },
    { title: "NAME", of: ({ name }) => name, least: 8 },
    { title: "USER", of: ({ user }) => user, least: 6, goes: 2 },
    { title: "STATE", of: stateWord },
    { title: "AGE", of: ({ createdAt }) => age(Date.now() - createdAt), align: "right" },
    { title: "PROGRESS", of: (execution) => progressOf(execution, paces), least: 24 },
  ];
  const heading = (text: string) => terminal.paint("dim", text);
  return [
    head.join(", "),
    "",
    ...table(columns, executions, { width, heading }),
    ...(isMore ? ["and more"] : []),
  ];
}

function progressOf(execution: ExecutionAnswer, paces: Map<string, Pace>): string {
  const why = execution.state === "queued" ? reasonText(execution) : undefined;
  if (why !== undefined) return why;
  if (!isCountable(execution)) return "";
  const pace = paces.get(execution.id) ?? new Pace();
  paces.set(execution.id, pace);
  const progress = pace.progress(execution, Date.now());
  return `${bar(progress.done, progress.total, 12)} ${figures(progress).join(" ")}`;
}
