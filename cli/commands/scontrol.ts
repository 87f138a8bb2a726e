// `zoe scontrol`: `show job`, and names of hosts; what else Slurm's scontrol changes is named as unsupported.
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { jobWord, liveRows, named, recordsOf, rowNumbered } from "#cli/slurm/fetch.ts";
import { slurmCommand } from "#cli/slurm/manner.ts";
import { lastOf, type Option } from "#cli/slurm/option.ts";
import { hostList, hostNames, jobLines } from "#cli/slurm/scontrol.ts";
import { listOf } from "#cli/slurm/squeue.ts";

const flag = (long: string, short?: string): Option => ({
  ...{ long, value: "none", effect: "used" },
  ...(short !== undefined && { short }),
});

const OPTIONS: readonly Option[] = [
  flag("details", "d"),
  flag("all", "a"),
  flag("oneliner", "o"),
  flag("quiet", "Q"),
  flag("verbose", "v"),
  flag("help", "h"),
  flag("version", "V"),
  { long: "clusters", short: "M", value: "one", effect: "used" },
];

export function scontrolCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "scontrol",
    summary: "Show a batch job in full, or the names in a list of hosts, as Slurm's scontrol does",
    examples: ["zoe scontrol show job 12", "zoe scontrol show hostnames 'node[1-4]'"],
    options: OPTIONS,
    async run(session, { given, rest }) {
      const [verb = "", what = "", ...words] = rest;
      if (verb === "ping") return session.terminal.say(await ping(session));
      if (verb !== "show")
        throw new SlurmError([`${verb || "an interactive scontrol"} is not supported by Zoe`]);
      const isOneLine = lastOf(given, "oneliner") !== undefined;
      await show(session, what, words, isOneLine);
    },
  });
}

async function ping(session: Session): Promise<string> {
  const { version } = await session.client.info();
  return `Slurmctld(primary) at ${session.server.address} is UP (Zoe ${version})`;
}

async function show(
  session: Session,
  what: string,
  words: readonly string[],
  isOneLine: boolean,
): Promise<void> {
  const { terminal, cli } = session;
  const [list = cli.environment.SLURM_JOB_NODELIST ?? ""] = words;
  if (/^jobs?(id)?$/i.test(what)) return showJobs(session, words, isOneLine);
  if (/^hostnames?$/i.test(what)) return terminal.say(hostNames(list).join("\n"));
  if (/^hostlist$/i.test(what)) return terminal.say(hostList(listOf(words.join(","))));
  throw new SlurmError([`show ${what} is not supported by Zoe`]);
}

async function showJobs(
  session: Session,
  words: readonly string[],
  isOneLine: boolean,
): Promise<void> {
  const wanted = words.flatMap(listOf).map(jobWord);
  const rows =
    wanted.length === 0
      ? await liveRows(session)
      : await Promise.all(wanted.map(({ number }) => rowNumbered(session, number)));
  const found = rows.filter((row) => row !== undefined);
  if (found.length < wanted.length)
    throw new SlurmError(["slurm_load_jobs error: Invalid job id specified"]);
  const records = await recordsOf(session, found, true);
  for (const job of wanted.length === 0 ? records : named(wanted, records)) {
    const lines = jobLines(job, Date.now());
    if (isOneLine) session.terminal.say(lines.map((line) => line.trim()).join(" "));
    else for (const line of [...lines, ""]) session.terminal.say(line);
  }
}
