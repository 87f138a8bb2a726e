// `zoe quota` and `zoe usage`: the most at once, and who used what.
import type { Command } from "commander";
import { answer, type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { numberOf } from "#cli/run/options.ts";
import { showTable } from "#cli/show/execution.ts";
import { duration, grouped } from "#cli/show/words.ts";
import type { QuotaAnswer, QuotaRequest, UsageAnswer } from "#shared/api/usage.ts";
import { VisibleError } from "#shared/fault.ts";
import { mibOf, whyNoSize, writeMib } from "#shared/units.ts";

interface QuotaOptions {
  readonly user?: string;
  readonly tenant?: string;
  readonly instances?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpu?: string;
}

export function quotaCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "quota",
    summary: "Show a quota and what is held of it, or set it",
    examples: ["zoe quota", "zoe quota --user ada --cpu 8 --memory 16GiB --instances none"],
    more: "What is over a quota waits, and says so; what runs goes on. A quota that is set keeps what is not named; `none` takes a limit away.",
  });
  return command
    .option("--user <name>", "of this user; without it your tenant's")
    .option("--tenant <name>", "of this tenant (for administrators)")
    .option("--instances <n>", "at most so many instances at once")
    .option("--cpu <n>", "at most so many vCPU at once")
    .option("--memory <size>", "at most so much memory at once, such as 16GiB")
    .option("--gpu <n>", "at most so many GPUs at once")
    .action(async (options: QuotaOptions) => {
      const session = sessionOf(cli, command);
      const { user, tenant } = options;
      const whose = { user, tenant };
      const before = await session.client.quota(whose);
      const change = changeOf(options);
      const isSet = Object.keys(change).length > 0;
      const quota = isSet
        ? await session.client.putQuota(whose, merged(before.quota, change))
        : before;
      answer(session, quota, () => showQuota(session, quota));
    });
}

type Change = { readonly [K in keyof QuotaRequest]?: number | "none" };

function changeOf({ instances, cpu, memory, gpu }: QuotaOptions): Change {
  const limit = (text: string, option: string) => (text === "none" ? text : numberOf(text, option));
  return {
    ...(instances !== undefined && { instances: limit(instances, "--instances") }),
    ...(cpu !== undefined && { cpu: limit(cpu, "--cpu") }),
    ...(memory !== undefined && { memoryMib: memory === "none" ? memory : sizeOf(memory) }),
    ...(gpu !== undefined && { gpu: limit(gpu, "--gpu") }),
  };
}

function sizeOf(text: string): number {
  const mib = mibOf(text);
  if (mib !== undefined) return mib;
  throw new VisibleError("invalid", `--memory: ${whyNoSize(text)}`);
}

function merged(before: QuotaRequest, change: Change): QuotaRequest {
  const pairs = Object.entries({ ...before, ...change });
  return Object.fromEntries(pairs.filter(([, value]) => value !== "none" && value !== undefined));
}

function showQuota({ terminal }: Session, { tenant, user, quota, held }: QuotaAnswer): void {
  terminal.say(`${user === undefined ? `The tenant ${tenant}` : `${user} of ${tenant}`} holds`);
  const most = (limit: number | undefined, show: (n: number) => string) =>
    limit === undefined ? "no limit" : `at most ${show(limit)}`;
  const rows = [
    ["instances", grouped(held.instances), most(quota.instances, grouped)],
    ["vCPU", String(held.cpu), most(quota.cpu, String)],
    ["memory", writeMib(held.memoryMib), most(quota.memoryMib, writeMib)],
    ["GPUs", String(held.gpu), most(quota.gpu, String)],
  ] as const;
  for (const [what, now, limit] of rows)
    terminal.say(`  ${what.padEnd(9)}  ${now.padStart(10)}  ${limit}`);
}

interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly tenant?: string;
}

type UsageRow = UsageAnswer["rows"][number];

export function usageCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "usage",
    summary: "Show who used what, by day, user and zapp",
    examples: ["zoe usage --from 2026-03-01", "zoe usage --user ada --json"],
  });
  return command
    .option("--from <day>", "the first day, as 2026-03-01; without it 30 days ago")
    .option("--to <day>", "the last day; without it today")
    .option("--user <name>", "of this user (for operators)")
    .option("--tenant <name>", "of this tenant (for administrators)")
    .action(async ({ from, to, user, tenant }: UsageOptions) => {
      const session = sessionOf(cli, command);
      const usage = await session.client.usage({ from, to, user, tenant });
      answer(session, usage, () => {
        const { rows, from, to } = usage;
        session.terminal.note(`From ${from} to ${to} (UTC), of executions that have ended.`);
        showTable(session.terminal, USAGE, [...rows, ...(rows.length > 1 ? [totalOf(rows)] : [])]);
      });
    });
}

function totalOf(rows: readonly UsageRow[]): UsageRow {
  const sum = (of: (row: UsageRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    ...{ day: "in all", user: "", zapp: "" },
    executions: sum(({ executions }) => executions),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
  };
}

const USAGE = [
  { title: "DAY", of: ({ day }: UsageRow) => day },
  { title: "USER", of: ({ user }: UsageRow) => user, least: 6 },
  { title: "ZAPP", of: ({ zapp }: UsageRow) => zapp, least: 8 },
  { title: "EXECUTIONS", of: ({ executions }: UsageRow) => grouped(executions), align: "right" },
  { title: "CPU TIME", of: ({ cpuSeconds }: UsageRow) => duration(cpuSeconds), align: "right" },
  { title: "RAN FOR", of: ({ wallSeconds }: UsageRow) => duration(wallSeconds), align: "right" },
] as const;
