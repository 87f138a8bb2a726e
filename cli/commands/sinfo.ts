// `zoe sinfo` and `zoe sacctmgr`: what there is to run on, and under which account.
import type { Command } from "commander";
import type { Cli } from "#cli/cli.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { callerOf, slurmCommand } from "#cli/slurm/manner.ts";
import { lastOf, type Option } from "#cli/slurm/option.ts";
import { SINFO_OPTIONS, sinfoLines } from "#cli/slurm/sinfo.ts";

export function sinfoCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "sinfo",
    summary: "List the engines as partitions, as Slurm's sinfo does",
    examples: ["zoe sinfo", "zoe sinfo -h -o '%P %c %m'"],
    options: SINFO_OPTIONS,
    async run({ client, terminal }, { given }) {
      for (const line of sinfoLines(await client.info(), given)) terminal.say(line);
    },
  });
}

const flag = (long: string, short: string): Option => ({
  long,
  short,
  value: "none",
  effect: "used",
});
const SACCTMGR_OPTIONS: readonly Option[] = [
  flag("noheader", "n"),
  flag("associations", "s"),
  flag("immediate", "i"),
  flag("parsable", "p"),
  flag("parsable2", "P"),
  flag("quiet", "Q"),
  flag("help", "h"),
  flag("version", "V"),
];

/** Tools ask it for one thing: the accounts that a user may name. Here that is his tenant. */
export function sacctmgrCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "sacctmgr",
    summary: "Show the account of a user, which is the tenant, as Slurm's sacctmgr does",
    examples: ["zoe sacctmgr -n -s list user $USER format=account"],
    options: SACCTMGR_OPTIONS,
    async run(session, { given, rest }) {
      const [verb = "", what = "", ...more] = rest;
      const isList = /^(list|show)$/.test(verb) && /^(users?|assoc(iations?)?)$/.test(what);
      const format = more.find((word) => /^format=account(%-?\d+)?$/i.test(word));
      if (!isList || format === undefined)
        throw new SlurmError([`\`sacctmgr ${rest.join(" ")}\` is not supported by Zoe`]);
      const { you } = await session.client.info();
      const isMe = await callerOf(session);
      const users = more.filter((word) => !/^(format=|where$)/i.test(word));
      const names = users.map((word) => word.replace(/^users?=/i, ""));
      if (lastOf(given, "noheader") === undefined) session.terminal.say("   Account");
      if (names.length === 0 || names.some(isMe)) session.terminal.say(you.tenant);
    },
  });
}
