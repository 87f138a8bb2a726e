// One execution as people read it: how it stands, why it waits, its services and queues.
import type { ExecutionAnswer, ExecutionRow, ServiceAnswer } from "#shared/api/execution.ts";
import type { QueueAnswer } from "#shared/api/queue.ts";
import {
  askedWords,
  elapsed,
  mark,
  outcomeReason,
  outcomeWord,
  stateColour,
  stateWord,
  usedWords,
} from "./outcome.ts";
import { type Column, table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { oneLine } from "./text.ts";
import { clock, count, duration, grouped, rate } from "./words.ts";

export function showExecution(terminal: Terminal, execution: ExecutionAnswer, now: number): void {
  const { id, name, zapp, user, tenant, labels, priority, round } = execution;
  terminal.say(`${terminal.paint("bold", oneLine(name))}  ${id}`);
  const lines: [string, string | undefined][] = [
    ["state", terminal.paint(stateColour(execution), stateWord(execution))],
    ["reason", execution.outcome && outcomeReason(execution.outcome)],
    ["waits for", execution.state === "ended" ? undefined : execution.waiting?.text],
    ["what helps", execution.state === "ended" ? undefined : execution.waiting?.help],
    ["zapp", zapp],
    ["whose", `${user} of ${tenant}`],
    [
      "labels",
      Object.entries(labels)
        .map((pair) => pair.join("="))
        .join(", ") || undefined,
    ],
    ["priority", String(priority)],
    ["round", round > 1 ? String(round) : undefined],
    ["times", timesOf(execution, now)],
    ["used", execution.used && usedWords(execution.used)],
  ];
  for (const [word, text] of lines) {
    if (text !== undefined) terminal.say(`  ${word.padEnd(10)}  ${text}`);
  }
  showServices(terminal, execution.services);
  showQueues(terminal, execution.queues);
}

function timesOf({ createdAt, startedAt, endedAt }: ExecutionRow, now: number): string {
  const waited =
    startedAt === undefined ? elapsed(createdAt, endedAt ?? now) : elapsed(createdAt, startedAt);
  const ran = startedAt === undefined ? "" : `, ran ${elapsed(startedAt, endedAt ?? now)}`;
  return `submitted ${clock(createdAt)}, waited ${waited}${ran}`;
}

const SERVICES: readonly Column<ServiceAnswer>[] = [
  { title: "SERVICE", of: ({ service }) => service, least: 8 },
  { title: "RUN", of: ({ run }) => run },
  { title: "INSTANCES", of: (service) => instancesOf(service), least: 20 },
  { title: "EACH ASKED", of: ({ asked }) => askedWords(asked), goes: 2 },
  { title: "USED", of: ({ used }) => usedWords(used), goes: 1 },
];

/** `4 running, 92 succeeded of 96`. */
export function instancesOf(service: ServiceAnswer): string {
  const { running, live, retrying, succeeded, failed, cancelled } = service;
  const parts: [number, string][] = [
    [running, "running"],
    [live - running, "starting"],
    [retrying, "to be retried"],
    [succeeded, "succeeded"],
    [failed, "failed"],
    [cancelled, "cancelled"],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, word]) => `${grouped(n)} ${word}`);
  const most = service.run === "worker" ? "at most" : "of";
  return `${said.length === 0 ? "none yet" : said.join(", ")}, ${most} ${grouped(service.count)}`;
}

function showServices(terminal: Terminal, services: readonly ServiceAnswer[]): void {
  if (services.length === 0) return;
  terminal.say("");
  showTable(terminal, SERVICES, services);
}

type NamedQueue = readonly [string, QueueAnswer];

const QUEUES: readonly Column<NamedQueue>[] = [
  { title: "QUEUE", of: ([name]) => name, least: 8 },
  { title: "STATE", of: ([, queue]) => queueState(queue) },
  { title: "PUT", of: ([, { put }]) => grouped(put), align: "right" },
  { title: "WAITING", of: ([, { waiting }]) => grouped(waiting), align: "right" },
  { title: "LEASED", of: ([, { leased }]) => grouped(leased), align: "right" },
  { title: "DONE", of: ([, { done }]) => grouped(done), align: "right" },
  { title: "FAILED", of: ([, { failed }]) => grouped(failed), align: "right" },
  {
    title: "RATE",
    of: ([, { ratePerSecond: r }]) => (r === undefined ? "" : rate(r)),
    align: "right",
    goes: 2,
  },
  {
    title: "ETA",
    of: ([, { etaSeconds: s }]) => (s === undefined ? "" : duration(s)),
    align: "right",
    goes: 1,
  },
];

function queueState({ closed, drained }: QueueAnswer): string {
  if (drained) return "drained";
  return closed ? "closed" : "open";
}

export function showQueues(
  terminal: Terminal,
  queues: Readonly<Record<string, QueueAnswer>>,
): void {
  const rows = Object.entries(queues);
  if (rows.length === 0) return;
  terminal.say("");
  showTable(terminal, QUEUES, rows);
}

export function showTable<Row>(
  terminal: Terminal,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  const heading = (text: string) => terminal.paint("dim", text);
  for (const line of table(columns, rows, { width: terminal.width, heading })) terminal.say(line);
}

/** `✓ hello succeeded in 1.2 s  (exe_...)`, and the reason below. */
export function showEnd(terminal: Terminal, execution: ExecutionAnswer): void {
  const { outcome, name, id, endedAt } = execution;
  if (outcome === undefined) return;
  const colour = stateColour(execution);
  const sign = terminal.paintNote(
    colour,
    `${mark(outcome)} ${oneLine(name)} ${outcomeWord(outcome)}`,
  );
  const took = endedAt === undefined ? "" : ` in ${elapsed(beginOf(execution), endedAt)}`;
  const reason = outcomeReason(outcome);
  const lines = [
    `${sign}${took}  ${terminal.paintNote("dim", id)}`,
    ...(reason === undefined ? [] : [`  ${reason}`]),
  ];
  // What did not go well is told also where it is to be quiet.
  for (const line of lines) {
    if (outcome.kind === "succeeded") terminal.note(line);
    else terminal.warn(line);
  }
}

/** A retry begins anew: its time is its own. */
export function beginOf({ round, createdAt, startedAt }: ExecutionRow): number {
  return round > 1 ? (startedAt ?? createdAt) : createdAt;
}

/** What was asked for and what was used, a line for each service that ran. */
export function showUsed(
  terminal: Terminal,
  { services }: ExecutionAnswer,
  wallSeconds: number,
): void {
  for (const { service, asked, used, succeeded, failed, cancelled } of services) {
    const ended = succeeded + failed + cancelled;
    if (ended === 0) continue;
    terminal.note(
      terminal.paintNote(
        "dim",
        `  ${service}: asked ${askedWords(asked)} each; used ${usedWords(used)}; ${count(ended, "instance")}, ${duration(wallSeconds)}`,
      ),
    );
  }
}
